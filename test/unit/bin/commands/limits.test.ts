import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { limitsCommand } from '../../../../bin/commands/limits.ts';
import { headOf, limitsInForce } from '../../../../lambda/ledger/in-force.ts';
import { counterKey } from '../../../../lambda/ledger/items.ts';
import { LIMITS, operatorWorld } from '../../../support/operator.ts';
import { runOperator } from '../../../support/operator-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-limits-'));
after(() => rmSync(folder, { recursive: true }));

const YAML = `
providers: { sandbox: { type: sandbox } }
models: { sandbox: { targets: [{ provider: sandbox }] } }
budgets: [{ scope: account, limit_usd: 5, window: day }]
`;

function config(text: string): string {
  const file = join(folder, 'tollgate.yaml');
  writeFileSync(file, text);
  return file;
}

async function inForceWorld() {
  const world = operatorWorld();
  await world.inForce(8, LIMITS);
  const run = (...args: string[]) => runOperator(limitsCommand, args, world);
  return { world, run };
}

describe('tollgate limits', () => {
  test('sets a limit under the identity that asks, and lists it', async () => {
    const { world, run } = await inForceWorld();
    const set = await run('set', 'team:search', 'day', '25', '--for', '2h', '--why', 'launch');
    assert.equal(set.err, '');
    assert.equal(
      set.out,
      'team:search day is $25 now, until 2026-11-24T14:00:00Z. In force within 10 seconds; calls that run end as they began.\n',
    );
    assert.equal(
      (await world.store.get(counterKey('team:search')))?.['cv'],
      1n,
      'counters on AWS are fenced',
    );
    assert.equal(
      (await run('list')).out,
      [
        'scope        limit  value  who        why     since                 until',
        'team:search  day    $25    ops/alice  launch  2026-11-24T12:00:00Z  2026-11-24T14:00:00Z',
        '',
      ].join('\n'),
    );
  });

  test('prints JSON for programs', async () => {
    const { run } = await inForceWorld();
    const args = ['--why', 'w', '--who', 'bob', '--json'];
    assert.deepEqual(JSON.parse((await run('set', 'team:search', 'tokens', '900', ...args)).out), {
      scope: 'team:search',
      limit: 'tokens',
      value: 900,
      who: 'bob',
      why: 'w',
      at: '2026-11-24T12:00:00.000Z',
      until: null,
    });
    assert.equal(JSON.parse((await run('set', 'account', 'total', '0.10', ...args)).out).limit_usd, '0.1');
    assert.equal((await run('list', '--json')).out.trimEnd().split('\n').length, 2);
    assert.deepEqual(JSON.parse((await run('clear', 'account', 'total', '--json')).out), {
      scope: 'account',
      limit: 'total',
      cleared: true,
    });
  });

  test('clears a limit, and says when there is none', async () => {
    const { run } = await inForceWorld();
    await run('set', 'team:search', 'parallel', '3', '--why', 'w');
    assert.match(
      (await run('clear', 'team:search', 'parallel')).out,
      /^team:search parallel is as the config says again\./,
    );
    assert.equal((await run('list')).out, 'No limit is overridden: those of the config hold.\n');
    const again = await run('clear', 'team:search', 'parallel');
    assert.deepEqual([again.exit, again.out], [1, '']);
    assert.match(again.err, /^clear: no override of "parallel" holds for team:search; [^\n]+\n$/);
  });

  test('answers a mistake with one line that helps, and exit code 1', async () => {
    const { run } = await inForceWorld();
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [
        ['team:search', 'week', '1', '--why', 'w'],
        /^set: team:search has no limit "week"; it has month@Europe/,
      ],
      [['team:search', 'day', 'ten', '--why', 'w'], /^set: "ten" is no amount of US dollars/],
      [['team:search', 'day', '1', '--why', 'w', '--for', 'ever'], /^set: "ever" is no duration/],
      [
        ['team:search', 'day', '1', '--why', 'w', '--until', '2020-01-01'],
        /^set: 2020-01-01T00:00:00.000Z is past/,
      ],
      [['team:*', 'day', '1', '--why', 'w'], /^set: "team:\*" gives each its own limit/],
      [
        ['user:bob', 'day', '1', '--why', 'w'],
        /^set: the config has no limit for user:bob; it has limits for account/,
      ],
      [['team:search', 'day', '1'], /required option '--why <text>' not specified/],
      [
        ['team:search', 'day', '1', '--why', 'w', '--for', '1h', '--until', '2030-01-01'],
        /cannot be used with/,
      ],
      [['team:search', 'day', '1', '--why', 'w', '--data', 'x', '--table', 't'], /cannot be used with/],
    ];
    for (const [args, expected] of cases) {
      const { exit, err, out } = await run('set', ...args);
      assert.deepEqual([exit, out], [1, ''], args.join(' '));
      assert.match(err, expected);
    }
  });

  test('reads the config where no gateway has told the ledger its limits yet', async () => {
    const world = operatorWorld();
    const file = config(YAML);
    const set = await runOperator(
      limitsCommand,
      ['set', 'account', 'day', '1', '--why', 'w', '--config', file],
      world,
    );
    assert.deepEqual([set.exit, set.err], [0, '']);
    const missing = await runOperator(
      limitsCommand,
      ['set', 'account', 'day', '1', '--why', 'w', '--config', join(folder, 'none.yaml')],
      world,
    );
    assert.match(missing.err, /^set: cannot read the config .*none\.yaml; name it with --config\n$/);
    const broken = await runOperator(
      limitsCommand,
      ['set', 'account', 'day', '1', '--why', 'w', '--config', config(YAML.replace('limit_usd', 'limit'))],
      world,
    );
    assert.match(broken.err, /^set: the config has problems\n.*tollgate\.yaml:4:\d+ budgets\[0\]/);
  });

  test("applies a config's limits under the next number, once", async () => {
    const { world, run } = await inForceWorld();
    const file = config(YAML);
    assert.match(
      (await run('apply', '--config', file)).out,
      /are config number 9\. In force within 10 seconds/,
    );
    const limits = await limitsInForce(world.store, await headOf(world.store));
    assert.deepEqual(limits?.budgets, [{ scope: 'account', limit_usd: '5', window: 'day' }]);
    assert.match((await run('apply', '--config', file)).out, /are in force already, as config number 9\.\n$/);
    assert.deepEqual(JSON.parse((await run('apply', '--config', file, '--json')).out), {
      config: 9,
      changed: false,
    });
  });
});
