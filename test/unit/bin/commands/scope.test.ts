import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { LocalWorld } from '../../../../bin/commands/operator/world.ts';
import { scopeCommand } from '../../../../bin/commands/scope.ts';
import { auditFiles } from '../../../../lambda/adapters/local/audit-files.ts';
import { finalFacts, heldFacts, rowOf } from '../../../../lambda/core/audit/entry.ts';
import { type AuditRow, partitionOf } from '../../../../lambda/core/audit/row.ts';
import { setLimit } from '../../../../lambda/ledger/operate/overrides.ts';
import { finalRecord, heldRecord } from '../../../support/audit-records.ts';
import { LIMITS, NOON, operatorWorld } from '../../../support/operator.ts';
import { runOperator } from '../../../support/operator-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-scope-'));
after(() => rmSync(folder, { recursive: true }));

function localWorld(auditFolder: string, scopes: readonly string[] = []): LocalWorld {
  return { auditFolder, scopes: () => scopes, finals: () => ({ entries: [], pending: new Set() }) };
}

async function world() {
  const made = operatorWorld();
  await made.inForce(8, LIMITS);
  const used = { 'day.id': '2026-11-24', 'day.used': 2_500_000_000n, 'day.spent': 2_000_000_000n };
  await made.counter('team:search', 0, { ...used, pl: 1n });
  await made.counter('team:ads', 0, used);
  await made.counter('team:gone', 0, {});
  const order = { scope: 'team:search', limit: 'day', value: '4', who: 'alice', why: 'launch' };
  await setLimit(made.ports, LIMITS, { ...order, until: NOON + 3_600_000 });
  return made;
}

function row(rid: string, receivedMs: number, model: string, cost: bigint, team = 'search'): AuditRow {
  const caller = { principal: 'arn:x', team, app: 'web', user: undefined };
  const held = heldFacts(heldRecord({ receivedMs, modelAsked: model, caller }));
  return rowOf({ rid, e: cost, a: cost, outcome: 'ok', ...held, ...finalFacts(finalRecord()) });
}

describe('tollgate scope', () => {
  test('shows limits, overrides, what is spent, held and left, and when it resets', async () => {
    const { out, exit } = await runOperator(scopeCommand, ['team:search'], await world());
    assert.equal(exit, 0);
    assert.equal(
      out,
      `Limits of config number 8, at 2026-11-24T12:00:00.000Z

scope        budget               limit_usd  spent  held  leased  remaining  resets                override
team:search  month@Europe/Berlin         50      0     0       0         50  2026-11-30T23:00:00Z  -
team:search  day                          4      2   0.5       0        1.5  2026-11-25T00:00:00Z  by alice, until 2026-11-24T13:00:00Z

scope        rate      limit  per        left_now  override
team:search  requests    600  a minute        600  -
team:search  tokens    60000  a minute      60000  -
team:search  parallel     20  at a time        19  -

scope        running  counters
team:search        1         1
`,
    );
  });

  test('says on AWS where spend by model is found', async () => {
    const { err } = await runOperator(scopeCommand, ['team:search'], await world());
    assert.equal(err, 'By model: run docs/queries/spend-by-team-model-day.sql in Athena.\n');
  });

  test('without a scope shows those that the config names and those behind its wildcards that were used', async () => {
    const made = await world();
    const scopes = async (local?: LocalWorld) =>
      (await runOperator(scopeCommand, ['--json'], made, local)).out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).scope);
    const counted = ['team:search', 'team:ads', 'user:nobody'];
    assert.deepEqual(await scopes(localWorld(folder, counted)), [
      'account',
      'team:search',
      'model:gpt-*',
      'team:ads',
    ]);
    assert.deepEqual(await scopes(), ['account', 'team:search', 'model:gpt-*']);
  });

  test('prints exact amounts as JSON', async () => {
    const { out } = await runOperator(scopeCommand, ['team:search', '--json'], await world());
    const { budgets, rates, ...rest } = JSON.parse(out);
    assert.deepEqual(rest, {
      scope: 'team:search',
      config: 8,
      policy: 1,
      pools: 1,
      running: 1,
      models: null,
    });
    assert.deepEqual(budgets[1], {
      id: 'day',
      mode: 'enforce',
      window: '2026-11-24',
      limit_usd: '4',
      soft_usd: null,
      spent_usd: '2',
      held_usd: '0.5',
      leased_usd: '0',
      remaining_usd: '1.5',
      resets_at: '2026-11-25T00:00:00.000Z',
      override: {
        who: 'alice',
        why: 'launch',
        at: '2026-11-24T12:00:00.000Z',
        until: '2026-11-24T13:00:00.000Z',
      },
    });
    assert.deepEqual(rates[2], { of: 'parallel', mode: 'enforce', limit: 20, override: null, remaining: 19 });
  });

  test('adds up what was spent by model, today and in each window of its budgets', async () => {
    const sink = auditFiles(folder);
    const rows = [
      row('a', NOON, 'fast', 1_000_000_000n),
      row('b', NOON - 3_600_000, 'smart', 3_000_000_000n),
      row('c', Date.UTC(2026, 10, 23, 23, 59), 'fast', 500_000_000n),
      // In Berlin this month began at 23:00 UTC.
      row('d', Date.UTC(2026, 9, 31, 23), 'fast', 250_000_000n),
      row('e', Date.UTC(2026, 9, 31, 22, 59), 'fast', 9_000_000_000n),
      row('f', NOON, 'fast', 7_000_000_000n, 'ads'),
    ];
    for (const [at, each] of rows.entries()) await sink.write(`${partitionOf(each)}/${at}.jsonl.gz`, [each]);
    const made = await world();
    const { out, err } = await runOperator(scopeCommand, ['team:search'], made, localWorld(folder));
    assert.equal(err, '');
    assert.ok(
      out.endsWith(`
model  requests  usd_today  usd_month@Europe/Berlin
smart         1          3                        3
fast          3          1                     1.75
`),
      out,
    );
    const ads = await runOperator(scopeCommand, ['team:ads', '--json'], made, localWorld(folder));
    assert.deepEqual(JSON.parse(ads.out).models, [{ model: 'fast', requests: 1, usd: { today: '7' } }]);
  });

  test('says where there are no audit rows yet', async () => {
    const nowhere = localWorld(join(folder, 'nowhere'));
    const { exit, err, out } = await runOperator(scopeCommand, ['team:search'], await world(), nowhere);
    assert.equal(exit, 0);
    assert.match(err, /^By model: there are no audit rows in [^\n]*\n$/);
    assert.match(out, /team:search {2}day/);
  });

  test('answers a mistake with one line that helps, and exit code 1', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      [
        'user:bob',
        /^scope: the config has no limit for user:bob; it has limits for account, team:search, [^\n]+\n$/,
      ],
      ['team:*', /^scope: "team:\*" gives each its own limit; name one of them, such as team:search\n$/],
      ['search', /^scope: "search" is no scope; write account, [^\n]+\n$/],
    ];
    for (const [scope, expected] of cases) {
      const { exit, err, out } = await runOperator(scopeCommand, [scope], await world());
      assert.deepEqual([exit, out], [1, '']);
      assert.match(err, expected);
    }
    const nowhere = await runOperator(scopeCommand, ['account', '--data', join(folder, 'none')]);
    assert.equal(nowhere.exit, 1);
    assert.match(
      nowhere.err,
      /^scope: there is no ledger in [^\n]*none; start the gateway there once, name its data folder with --data, [^\n]+\n$/,
    );
  });
});
