import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { behaviourOf, SANDBOX_BEHAVIOURS } from '../../../../../lambda/adapters/node/sandbox/behaviours.ts';
import { sampleOf } from '../../../../../lambda/adapters/node/sandbox/sample.ts';
import { tokenise } from '../../../../../lambda/adapters/node/sandbox/tokens.ts';

describe('sandbox tokens', () => {
  it('join to the text again, split no character, and are never more than its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const whole = text.toWellFormed();
        const tokens = tokenise(whole);
        assert.equal(tokens.join(''), whole);
        assert.ok(tokens.length <= Buffer.byteLength(whole));
        for (const token of tokens) assert.ok(token.isWellFormed() && token.length > 0);
      }),
    );
  });

  it('of a huge word do not overflow the stack', () => {
    assert.equal(tokenise('x'.repeat(4_000_000)).length, 1_000_000);
  });
});

describe('the list of behaviours', () => {
  it('names only suffixes that change something, and all of them', () => {
    const plain = behaviourOf('sandbox');
    const changed = new Set<string>();
    for (const { suffix } of SANDBOX_BEHAVIOURS.filter((each) => each.suffix !== '')) {
      const behaviour = behaviourOf(`sandbox${suffix.replace(/<\w+>/, '7')}`);
      const keys = Object.keys(plain).filter(
        (key) => Reflect.get(plain, key) !== Reflect.get(behaviour, key),
      );
      assert.equal(keys.length, 1, suffix);
      for (const key of keys) changed.add(key);
    }
    assert.deepEqual([...changed].sort(), Object.keys(plain).sort());
  });
});

describe('a sample of a schema', () => {
  it('takes const, enum, default and alternatives before types', () => {
    const schema = {
      properties: {
        a: { const: 1 },
        b: { enum: ['x', 'y'] },
        c: { type: 'string', default: 'd' },
        e: { anyOf: [{ type: 'null' }, { type: 'string' }] },
        f: { type: ['boolean', 'null'] },
        g: { type: 'string', format: 'date' },
        h: { type: 'string' },
      },
    };
    assert.deepEqual(sampleOf(schema, ''), {
      a: 1,
      b: 'x',
      c: 'd',
      e: null,
      f: true,
      g: '2026-01-31',
      h: 'example',
    });
  });

  it('ends for a schema that refers to itself, and for one that is none', () => {
    const loop = { type: 'object', properties: { child: { $ref: '#' } } };
    assert.ok(JSON.stringify(sampleOf(loop, 'x')).length < 200);
    for (const schema of [undefined, null, true, [], 'x']) assert.equal(sampleOf(schema, 'x'), 'x');
  });
});
