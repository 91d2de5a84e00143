import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { reconcileCommand } from '../../../../bin/commands/reconcile.ts';
import { whyCommand } from '../../../../bin/commands/why.ts';
import { auditFiles } from '../../../../lambda/adapters/local/audit-files.ts';
import { openSqliteLedger, type SqliteLedger } from '../../../../lambda/adapters/local/sqlite-store.ts';
import { finalFacts, heldFacts, rowOf } from '../../../../lambda/core/audit/entry.ts';
import { partitionOf } from '../../../../lambda/core/audit/row.ts';
import { exportOnce } from '../../../../lambda/jobs/auditor/export-once.ts';
import { headChanges, NO_HEAD } from '../../../../lambda/ledger/head.ts';
import { configKey, entryKey, HEAD_KEY, headerKey, put } from '../../../../lambda/ledger/items.ts';
import type { Value } from '../../../../lambda/ports/ledger-store.ts';
import { finalRecord, heldRecord } from '../../../support/audit-records.ts';
import { LIMITS, operatorWorld } from '../../../support/operator.ts';
import { runOperator } from '../../../support/operator-cli.ts';

const TODAY = new Date().toISOString().slice(0, 10);

interface Folder {
  readonly data: string;
  readonly ledger: SqliteLedger;
  /** Writes final entries of today's first hour. */
  settle(...rids: readonly string[]): Promise<void>;
  export(): Promise<void>;
}

/** A data folder whose gateway is this test. */
async function inData(run: (folder: Folder) => Promise<void>): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'tollgate-reconcile-'));
  const ledger = openSqliteLedger(data);
  let number = 0;
  try {
    await run({
      data,
      ledger,
      async settle(...rids) {
        for (const rid of rids) {
          number += 1;
          await write(ledger, number, entry(rid));
        }
      },
      async export() {
        while ((await exportOnce({ feed: ledger.feed, sink: auditFiles(join(data, 'audit')) })) > 0);
      },
    });
  } finally {
    ledger.close();
    rmSync(data, { recursive: true, force: true });
  }
}

function entry(rid: string, facts: Readonly<Record<string, Value>> = {}): Readonly<Record<string, Value>> {
  const held = heldFacts(heldRecord({ receivedMs: Date.parse(`${TODAY}T00:00:00.500Z`) }));
  return {
    st: 'F',
    rid,
    e: 9_000_000n,
    a: 1_000_000n,
    outcome: 'ok',
    ...held,
    ...finalFacts(finalRecord()),
    ...facts,
  };
}

async function write(ledger: SqliteLedger, number: number, attributes: Readonly<Record<string, Value>>) {
  const set = Object.entries(attributes).map(([name, value]) => put(name, value));
  await ledger.store.transact([
    { key: headerKey('J#a.0.0'), when: [], set: [put('st', 'OPEN'), put('gx', 'X1'), put('exp', 5n)] },
    { key: entryKey('J#a.0.0', number), when: [], set },
  ]);
}

describe('tollgate reconcile', () => {
  test('agrees where every entry has its row, and waits for those that are not exported', () =>
    inData(async ({ data, settle, export: exportAll }) => {
      await settle('a', 'b');
      await exportAll();
      await settle('c');
      const { exit, out } = await runOperator(reconcileCommand, [TODAY, '--data', data]);
      assert.equal(
        out,
        `hour  entries  rows  entries_usd  rows_usd
  00        2     2        0.002     0.002
1 wait for their export and are not compared
${TODAY}: ledger and audit agree on 2 requests
`,
      );
      assert.equal(exit, 0);
    }));

  test('names what is missing or different on either side, with exit code 1', () =>
    inData(async ({ data, ledger, settle, export: exportAll }) => {
      await settle('a', 'b');
      await exportAll();
      const foreign = rowOf(entry('foreign'));
      await auditFiles(join(data, 'audit')).write(`${partitionOf(foreign)}/x.jsonl.gz`, [foreign]);
      await write(ledger, 1, entry('a', { a: 7n }));
      await write(ledger, 9, entry('lost'));
      // Taken as exported, without a file.
      ledger.feed.finish(ledger.feed.after(0, 99).at(-1)!.at);
      const { exit, out } = await runOperator(reconcileCommand, [TODAY, '--data', data]);
      assert.equal(exit, 1);
      assert.match(out, /1 in the ledger, without an audit row:\n {2}lost\n/);
      assert.match(out, /1 in the audit, without an entry of the ledger:\n {2}foreign\n/);
      assert.match(out, /1 in both, with another cost or hour:\n {2}a\n/);
      assert.match(out, /: ledger and audit differ\n$/);

      const json = JSON.parse((await runOperator(reconcileCommand, [TODAY, '--data', data, '--json'])).out);
      assert.deepEqual(
        [json.clean, json.without_row, json.without_entry, json.different],
        [false, ['lost'], ['foreign'], ['a']],
      );
      assert.deepEqual(json.hours, [
        { hour: '00', entries: 3, rows: 3, entries_usd: '0.002000007', rows_usd: '0.003' },
      ]);
    }));

  test('of a day without requests is clean', () =>
    inData(async ({ data }) => {
      const { exit, out } = await runOperator(reconcileCommand, [TODAY, '--data', data]);
      assert.deepEqual([exit, out], [0, `${TODAY}: ledger and audit agree on 0 requests\n`]);
    }));

  test('says what it cannot compare', () =>
    inData(async ({ data }) => {
      const cases: readonly (readonly [string, RegExp])[] = [
        ['yesterday', /^reconcile: "yesterday" is no day; write it as 2026-11-24\n$/],
        ['2026-02-30', /"2026-02-30" is no day/],
        ['2999-01-01', /2999-01-01 is yet to come/],
        ['2020-01-01', /2020-01-01 is too long ago: the ledger keeps exported entries for 13 days/],
      ];
      for (const [day, expected] of cases) {
        const { exit, err } = await runOperator(reconcileCommand, [day, '--data', data]);
        assert.equal(exit, 1);
        assert.match(err, expected);
      }
      const aws = await runOperator(reconcileCommand, ['2026-11-24'], operatorWorld());
      assert.match(aws.err, /^reconcile: this compares a data folder; /);
    }));
});

describe('tollgate why', () => {
  const REFUSED = finalFacts(
    finalRecord({
      status: 429,
      errorCode: 'budget_exceeded',
      refusedBy: {
        scope: 'team:search',
        budget: 'day',
        reason: 'exceeded',
        limit_usd: '10',
        estimate_usd: '0.5',
        spent_usd: '9.8',
        held_usd: '0',
        resets_at: null,
      },
    }),
  );

  async function withLimits({ ledger }: Folder): Promise<void> {
    const head = headChanges({ ...NO_HEAD, version: 1n, number: 3, hash: 'h' });
    await ledger.store.transact([
      { key: HEAD_KEY, when: [], set: head },
      { key: configKey(3), when: [], set: [put('d', JSON.stringify(LIMITS))] },
    ]);
    await write(ledger, 1, entry('r-refused', { a: 0n, e: 0n, outcome: 'refused', ...REFUSED }));
    await write(ledger, 2, entry('r-fine'));
    await write(ledger, 3, { ...entry('r-running'), st: 'HELD' });
  }

  test('tells of a refusal what refused it and whether it would now, from the audit or from the journals', () =>
    inData(async (folder) => {
      await withLimits(folder);
      const words = ['r-refused', '--data', folder.data];
      const before = await runOperator(whyCommand, words);
      assert.equal(before.err, '');
      assert.match(
        before.out,
        /^r-refused, .*, search web arn:aws:iam::123456789012:role\/search-web, model fast, status 429\n/,
      );
      assert.match(before.out, /\nWhy: the day budget of team:search \(\$10\) had \$9\.8 spent and \$0 held/);
      assert.match(
        before.out,
        /\nNow: limit \$10, \$0 spent, \$0 held, \$10 left; the same call would fit\.\n/,
      );
      await folder.export();
      assert.equal((await runOperator(whyCommand, words)).out, before.out);
      const json = JSON.parse((await runOperator(whyCommand, [...words, '--json'])).out);
      assert.deepEqual(
        [json.refused, json.refused_by.budget, json.scope.scope],
        [true, 'day', 'team:search'],
      );
    }));

  test('tells of another request how it ended, and of none that there is none', () =>
    inData(async (folder) => {
      await withLimits(folder);
      await folder.export();
      const why = (id: string) => runOperator(whyCommand, [id, '--data', folder.data]);
      assert.match((await why('r-fine')).out, /\nWhy: it was not refused: it ended as ok\.\n$/);
      assert.match(
        (await why('r-running')).err,
        /^why: r-running is still running; nothing has refused it\n$/,
      );
      assert.match((await why('r-none')).err, /^why: there is no request r-none in [^\n]*audit\n$/);
      assert.match((await why("x' OR 1=1")).err, /^why: "x' OR 1=1" is no request id\n$/);
    }));

  test('names on AWS the query that finds an older request', async () => {
    const id = '019ab5d2-7400-7000-8000-000000000000';
    const { exit, err } = await runOperator(whyCommand, [id], operatorWorld());
    assert.equal(exit, 1);
    assert.match(
      err,
      /is in no open journal any more; its row is in Athena: SELECT \* FROM audit WHERE request_id = '019ab5d2-[^']+' AND dt IN \('2025-11-24'\)\n$/,
    );
  });
});
