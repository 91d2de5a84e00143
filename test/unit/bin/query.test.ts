import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CommanderError } from 'commander';
import { shippedQueries } from '../../../bin/commands/query/shipped.ts';
import { queryCommand } from '../../../bin/commands/query.ts';
import { auditFiles } from '../../../lambda/adapters/local/audit-files.ts';
import { COLUMNS } from '../../../lambda/core/audit/columns.ts';
import { finalFacts, heldFacts, rowOf } from '../../../lambda/core/audit/entry.ts';
import { type AuditRow, partitionOf } from '../../../lambda/core/audit/row.ts';
import { finalRecord, heldRecord } from '../../support/audit-records.ts';

/** Runs the command as a user would; `error` is what stood on stderr. */
async function query(args: readonly string[], isTerminal = false) {
  const out: string[] = [];
  const errors: string[] = [];
  const command = queryCommand({ write: (text) => void out.push(text), isTerminal })
    .exitOverride()
    .configureOutput({ writeErr: (text) => void errors.push(text) });
  let exit = 0;
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    exit = error.exitCode;
  }
  return { exit, out: out.join(''), error: errors.join('') };
}

function row(rid: string, receivedMs: number, facts: Parameters<typeof rowOf>[0] = {}): AuditRow {
  return rowOf({
    rid,
    e: 9_000_000n,
    a: 1_234_567n,
    outcome: 'ok',
    ...heldFacts(heldRecord({ receivedMs })),
    ...finalFacts(finalRecord()),
    ...facts,
  });
}

describe('tollgate query', () => {
  let data = '';
  const today = new Date().toISOString().slice(0, 10);
  const noon = Date.parse(`${today}T12:00:00.250Z`);
  const rows = [
    row('a', noon),
    row('b', noon, { a: 9_007_199_254_740_993n }),
    row('c', noon, {
      ...finalFacts(
        finalRecord({ status: 429, errorCode: 'budget_exceeded', refusedBy: { scope: 'team:search' } }),
      ),
      a: 0n,
      outcome: 'refused',
      k: 7n,
    }),
    row('old', Date.UTC(2020, 0, 2)),
  ];
  const ask = (sql: string, ...more: readonly string[]) => query([sql, '--data', data, ...more]);
  const askRows = async (sql: string) => {
    const { exit, out, error } = await ask(sql);
    assert.equal(exit, 0, error);
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  };

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'tollgate-query-'));
    const sink = auditFiles(join(data, 'audit'));
    for (const [folder, group] of Map.groupBy(rows, partitionOf)) {
      await sink.write(`${folder}/000000000001-000000000004.jsonl.gz`, group);
    }
    await sink.write(`dt=${today}/hour=12/000000000005-000000000005.jsonl.gz`, rows.slice(0, 1));
  });
  after(() => rm(data, { recursive: true }));

  test('shows each request once, although one was delivered twice', async () => {
    assert.deepEqual(await askRows('select request_id from audit order by 1'), [
      { request_id: 'a' },
      { request_id: 'b' },
      { request_id: 'c' },
      { request_id: 'old' },
    ]);
  });

  test('gives back every column as it was written', async () => {
    const [found] = await askRows("select * from audit where request_id = 'c'");
    assert.deepEqual(new Set(Object.keys(found)), new Set(COLUMNS.map(({ name }) => name)));
    const plain = Object.entries(rows[2]!).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? Number(value) : value,
    ]);
    assert.deepEqual(found, Object.fromEntries(plain));
  });

  test('prints whole numbers beyond doubles digit by digit, and times in ISO', async () => {
    const { out } = await ask("select cost_nano_usd, time, dt, hour from audit where request_id = 'b'");
    assert.equal(
      out,
      `{"cost_nano_usd":9007199254740993,"time":"${today}T12:00:00.250Z","dt":"${today}","hour":"12"}\n`,
    );
  });

  test('prints a table without borders on a terminal, and JSON where asked to', async () => {
    const sql = "select request_id, cost_usd, team, user from audit where request_id = 'a'";
    const { out } = await query([sql, '--data', data], true);
    assert.equal(
      out
        .split('\n')
        .map((line) => line.trimEnd())
        .join('\n'),
      'request_id     cost_usd  team    user\na           0.001234567  search  -\n(1 row)\n',
    );
    assert.match((await query([sql, '--data', data, '--output', 'json'], true)).out, /^\{"request_id":"a"/);
    assert.match((await ask(sql, '--output', 'table')).out, /\(1 row\)/);
  });

  test('lets no control character of a row reach the terminal', async () => {
    const { out } = await ask(`select chr(27) || '[31m' || chr(10) as x`, '--output', 'table');
    assert.ok(!out.includes('\u001b'));
  });

  test('runs every shipped query and names them without SQL', async () => {
    const { out, exit } = await query([]);
    assert.equal(exit, 0);
    for (const { name } of COLUMNS) assert.ok(out.includes(name), name);
    for (const { name, about } of shippedQueries()) {
      assert.ok(out.includes(name) && out.includes(about) && about !== '', name);
      const result = await query(['--name', name, '--data', data]);
      assert.equal(result.exit, 0, `${name}: ${result.error}`);
    }
  });

  test('sums the spend of the last days by team, model and day, exactly', async () => {
    const { out } = await query(['--name', 'spend', '--data', data]);
    assert.deepEqual(JSON.parse(out), {
      day: today,
      team: 'search',
      model: 'fast',
      requests: 9,
      input_tokens: 42,
      output_tokens: 21,
      usd: 9007199.25597556,
    });
  });

  test('counts refusals in a flood by their rule', async () => {
    const { out } = await query(['--name', 'refusals', '--data', data]);
    assert.deepEqual(JSON.parse(out), {
      day: today,
      team: 'search',
      error_code: 'budget_exceeded',
      scope: 'team:search',
      refusals: 7,
    });
  });

  test('reads SQL from a file', async () => {
    const file = join(data, 'mine.sql');
    await writeFile(file, '-- how many\nselect count(*) as n from audit;\n');
    assert.equal((await query(['--file', file, '--data', data])).out, '{"n":4}\n');
  });

  test('understands the functions of Athena', async () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['5/2', 2],
      ['5/2e0', 2.5],
      ['approx_distinct(request_id)', 4],
      ['approx_percentile(total_ms, 0.5)', 815.75],
      ["json_extract_scalar(max(refused_by), '$.scope')", 'team:search'],
      ["cardinality(array['a','b'])", 2],
      ['to_unixtime(from_unixtime(90))', 90],
      ["from_iso8601_timestamp('2026-11-24T01:02:03Z')", '2026-11-24T01:02:03.000Z'],
      ["date_add('day', -1, date '2026-03-01')", '2026-02-28T00:00:00.000Z'],
      ["date_add('month', 2, timestamp '2026-01-31 10:00:00')", '2026-03-31T10:00:00.000Z'],
      ["date_format(timestamp '2026-01-02 03:04:05', '%Y-%m-%d %H:%i:%s')", '2026-01-02 03:04:05'],
      ["format_datetime(timestamp '2026-01-02 03:04:05', 'yyyy-MM-dd HH:mm:ss')", '2026-01-02 03:04:05'],
      ["array_join(array['a','b'], '-')", 'a-b'],
      ['element_at(array[7, 8], 2)', 8],
      ["regexp_like('abc', 'b.')", true],
      ['every(total_ms > 0)', true],
      ["map_agg(request_id, 1)['a']", 1],
      ["url_extract_host('https://a.example:8443/x')", 'a.example'],
      ["day_of_week(date '2026-11-29')", 7],
      ["count_if(outcome = 'refused')", 1],
      ['sum(count) FILTER (WHERE status = 429)', 7],
      ["date_trunc('hour', max(time))", `${today}T12:00:00.000Z`],
    ];
    for (const [expression, expected] of cases) {
      const [found] = await askRows(`select ${expression} as x from audit limit 1`);
      assert.deepEqual(found.x, expected, expression);
    }
  });

  test('answers a mistake with one line that helps, and exit code 1', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['select tem from audit'], /^query: there is no column "tem"; close ones are team, [^\n]+\n$/],
      [['selec 1'], /^query: syntax error at or near "selec"\n$/],
      [['select * from logs'], /^query: there is no table "logs"; the one to read is "audit"\n$/],
      [['select foo(1)'], /^query: [^\n]*foo does not exist[^\n]*\n$/],
      [
        ['--name', 'speed'],
        /^query: there is no shipped query "speed": [^\n]*spend-by-team-model-day[^\n]*\n$/,
      ],
      [['--file', join(data, 'none.sql')], /^query: cannot read [^\n]*none\.sql\n$/],
      [['select 1', '--name', 'spend'], /^query: give either SQL[^\n]*\n$/],
    ];
    for (const [args, expected] of cases) {
      const { exit, error, out } = await query([...args, '--data', data]);
      assert.equal(exit, 1, args.join(' '));
      assert.match(error, expected);
      assert.equal(out, '');
    }
  });

  test('says so when there are no rows yet', async () => {
    const { exit, error } = await query(['select 1', '--data', join(data, 'elsewhere')]);
    assert.equal(exit, 1);
    assert.match(error, /^query: there are no audit rows in [^\n]*elsewhere\/audit yet;[^\n]+\n$/);
  });
});
