import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { holdsCommand } from '../../../../bin/commands/holds.ts';
import { NOON, operatorWorld } from '../../../support/operator.ts';
import { runOperator } from '../../../support/operator-cli.ts';

async function world() {
  const made = operatorWorld();
  const held = {
    st: 'HELD',
    e: 12_500_000n,
    ma: 'gpt-5.2',
    pr: 'key:K',
    sc: '{"team:search":{"day":"2026-11-24"}}',
  };
  await made.journal('J#a.0.0', [
    { ...held, rid: 'r-old', t: BigInt(NOON - 600_000), tm: 'search', ap: 'web' },
    { ...held, rid: 'r-new', t: BigInt(NOON - 1_000) },
    { st: 'OPEN', rid: 'lease-1', g: 900_000_000n, exp: BigInt(NOON + 5_000), sc: '{"team:search":{}}' },
  ]);
  return made;
}

describe('tollgate holds', () => {
  test('lists running requests and leases', async () => {
    const { out } = await runOperator(holdsCommand, [], await world());
    assert.equal(
      out,
      [
        'kind     id       since                 ends                  who         model    held_usd  scopes       journal',
        'request  r-old    2026-11-24T11:50:00Z  -                     search/web  gpt-5.2    0.0125  team:search  J#a.0.0',
        'request  r-new    2026-11-24T11:59:59Z  -                     key:K       gpt-5.2    0.0125  team:search  J#a.0.0',
        'lease    lease-1  -                     2026-11-24T12:00:05Z  -           -             0.9  team:search  J#a.0.0',
        '',
      ].join('\n'),
    );
  });

  test('shows only those of a scope, or only old ones, also as JSON', async () => {
    const made = await world();
    assert.equal((await runOperator(holdsCommand, ['--scope', 'team:ads'], made)).out, 'Nothing is held.\n');
    const old = await runOperator(holdsCommand, ['--older', '5m', '--json'], made);
    assert.deepEqual(JSON.parse(old.out), {
      kind: 'request',
      id: 'r-old',
      team: 'search',
      app: 'web',
      user: null,
      principal: 'key:K',
      model: 'gpt-5.2',
      scopes: ['team:search'],
      journal: 'J#a.0.0',
      since: '2026-11-24T11:50:00.000Z',
      ends: null,
      held_usd: '0.0125',
    });
  });

  test('answers a mistake with one line, and exit code 1', async () => {
    const { exit, err } = await runOperator(holdsCommand, ['--older', 'long'], await world());
    assert.equal(exit, 1);
    assert.match(
      err,
      /^holds: "long" is no duration; write a number and s, m, h or d, such as 2h or 1h30m\n$/,
    );
  });
});
