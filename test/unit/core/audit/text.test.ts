import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { byteLength, fit } from '../../../../lambda/core/audit/text.ts';

describe('a text that must fit', () => {
  test('is cut between characters, marked, and within its bytes', () => {
    assert.equal(fit('abcdefgh', 8), 'abcdefgh');
    assert.equal(fit('abcdefghi', 8), 'abcde…');
    assert.equal(fit('😀😀😀', 8), '😀…');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 3, max: 40 }), (text, max) => {
        const short = fit(text, max);
        assert.ok(byteLength(short) <= max);
        assert.ok(short === text || (short.endsWith('…') && text.startsWith(short.slice(0, -1))));
        assert.ok(short.isWellFormed());
      }),
    );
  });
});
