import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { jsonLines, sheet } from '../../../../../bin/commands/operator/print.ts';
import { duration, endOf, iso, time } from '../../../../../bin/commands/operator/times.ts';
import { identityName, userName } from '../../../../../bin/commands/operator/who.ts';
import { OperateProblem } from '../../../../../lambda/ledger/operate/problem.ts';

describe('what a person types', () => {
  test('durations are numbers with units, also several', () => {
    assert.equal(duration('90s'), 90_000);
    assert.equal(duration('1h30m'), 5_400_000);
    assert.equal(duration('2d'), 172_800_000);
    for (const text of ['', '5', 'h', '1.5h', '-1h', '1w', '1h ', '1234567s']) {
      assert.throws(() => duration(text), OperateProblem, text);
    }
  });

  test('times are ISO 8601, in UTC where they name no zone', () => {
    assert.equal(time('2026-11-25'), Date.UTC(2026, 10, 25));
    assert.equal(time('2026-11-25T18:00'), Date.UTC(2026, 10, 25, 18));
    assert.equal(time('2026-11-25 18:00:30Z'), Date.UTC(2026, 10, 25, 18, 0, 30));
    assert.equal(time('2026-11-25T18:00+01:00'), Date.UTC(2026, 10, 25, 17));
    for (const text of ['', 'tomorrow', '18:00', '2026-13-01', '2026-11-25T25:00', '1764093600000']) {
      assert.throws(() => time(text), OperateProblem, text);
    }
    assert.equal(iso(Date.UTC(2026, 10, 25, 18, 0, 0, 999)), '2026-11-25T18:00:00Z');
  });

  test('an end is a duration from now, a time, or none', () => {
    assert.equal(endOf({ for: '2m' }, 1_000), 121_000);
    assert.equal(endOf({ until: '2026-11-25' }, 1_000), Date.UTC(2026, 10, 25));
    assert.equal(endOf({}, 1_000), undefined);
  });
});

describe('what a person reads', () => {
  test('tables have no borders, numbers to the right, and a dash for nothing', () => {
    assert.equal(
      sheet(
        ['name', 'usd'],
        [
          ['a', '1.5'],
          ['long', undefined],
          [undefined, 20n],
        ],
      ),
      'name  usd\na     1.5\nlong    -\n-      20\n',
    );
  });

  test('no control character of somebody else reaches the terminal', () => {
    assert.ok(!sheet(['why'], [['\u001b[31mred\nnext']]).includes('\u001b'));
    assert.equal(sheet(['why'], [['a\nb']]).split('\n').length, 3);
  });

  test('JSON is one object a line, and what is undefined is null', () => {
    assert.equal(jsonLines([{ a: 1, b: undefined }, { a: [undefined] }]), '{"a":1,"b":null}\n{"a":[null]}\n');
  });
});

describe('who decided', () => {
  const say = (stdout: string) => () => Promise.resolve({ stdout });

  test('is the role and session, or the user, of the AWS identity', async () => {
    assert.equal(await identityName(say('arn:aws:sts::123456789012:assumed-role/ops/alice\n')), 'ops/alice');
    assert.equal(await identityName(say('arn:aws:iam::123456789012:user/bob\n')), 'bob');
    assert.equal(await identityName(say('arn:aws:iam::123456789012:root\n')), 'root');
  });

  test('is the user of the machine where nobody can tell', async () => {
    assert.equal(await identityName(() => Promise.reject(new Error('no aws'))), userName());
    assert.equal(await identityName(say('nonsense')), userName());
    assert.notEqual(userName(), '');
  });
});
