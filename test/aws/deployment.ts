import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { shippedQueries } from '../../bin/commands/query/shipped.ts';
import { auditViewSql } from '../../lib/audit-view.ts';
import { urlEvent } from '../runtime/events.ts';
import { type Runtime, startRuntime } from '../runtime/runtime.ts';
import { checkAlerts } from './alerts.ts';
import { ask } from './athena.ts';
import { runConformance, runProcesses } from './conformance.ts';
import { bootstrap, deploy, type Outputs } from './deploy.ts';
import { type Emulator, REGION } from './emulator.ts';
import { invoke } from './functions.ts';
import { check, progress } from './report.ts';
import { checkRollback, gatewayEnv } from './rollback.ts';
import { checkSweeper } from './sweeper.ts';

const BUNDLE = resolve('dist/lambda/gateway');

/** How long a row may take from the last byte to an answer of Athena. The emulator delivers at once; this is for a loaded machine. */
const ROW_MS = 60_000;

/** Functions of Athena that the emulator's engine lacks. */
const NOT_EMULATED = /\b(approx_percentile|json_extract_scalar)\(/;

export async function checkDeployment(emulator: Emulator): Promise<void> {
  progress('the ledger store suite');
  const cases = await check("the ledger store passes its suite on the emulator's DynamoDB", () =>
    runConformance(emulator),
  );
  if (cases !== undefined) progress(`${cases} cases`);
  progress('the ledger of several processes');
  const shared = await check(
    'several processes keep one ledger: rates, changed limits, leases, crashes',
    () => runProcesses(emulator),
  );
  if (shared !== undefined) progress(`${shared} cases`);
  progress('cdk bootstrap');
  if ((await check('cdk bootstrap', async () => (await bootstrap(emulator)) ?? true)) === undefined) return;
  progress('cdk deploy --all');
  const outputs = await check('cdk deploy --all deploys both stacks unmodified', () => deploy(emulator));
  if (outputs === undefined) return;
  progress(`ledger ${outputs.LedgerTable}`);
  const runtime = await startRuntime(BUNDLE, gatewayEnv(emulator, outputs, BUNDLE, '1'));
  try {
    const requestId = await check('the shipped gateway streams a completion over the deployed ledger', () =>
      stream(runtime),
    );
    if (requestId !== undefined) await checkAudit(emulator, outputs, requestId);
    await checkAlerts(emulator, outputs);
    await checkSweeper(emulator, outputs);
  } finally {
    await runtime.stop();
  }
  await checkRollback(emulator, outputs, BUNDLE);
}

async function stream(runtime: Runtime): Promise<string> {
  const invocation = runtime.invoke(
    urlEvent('/v1/chat/completions', {
      model: 'sandbox',
      messages: [{ role: 'user', content: 'Say hello' }],
      stream: true,
      stream_options: { include_usage: true },
    }),
  );
  const { statusCode, headers } = await invocation.prelude;
  const text = await invocation.text();
  assert.equal(statusCode, 200, text);
  assert.match(text, /"delta":/);
  assert.match(text, /data: \[DONE\]/);
  await runtime.api.idle();
  const requestId = headers['x-tollgate-request-id'];
  assert.ok(requestId, 'a request id in the headers');
  return requestId;
}

async function checkAudit(emulator: Emulator, outputs: Outputs, requestId: string): Promise<void> {
  const where = { database: outputs.AuditDatabase, workgroup: outputs.AuditWorkgroup };
  await check("the request's row is found through Athena", async () => {
    const row = await eventually(() => ask(emulator, where, rowOf(requestId)));
    assert.equal(row['team'], 'search');
    assert.equal(row['app'], 'web');
    assert.equal(row['outcome'], 'ok');
    assert.equal(row['target'], 'sandbox/sandbox');
    const cost = 1_000n * BigInt(row['input_tokens'] ?? '0') + 4_000n * BigInt(row['output_tokens'] ?? '0');
    assert.equal(BigInt(row['cost_nano_usd'] ?? '0'), cost);
    assert.ok(cost > 0n);
  });
  await check('the row lies in the partition of its day', async () => {
    const [row] = await ask(emulator, where, `${rowOf(requestId)} AND dt >= '2026-01-01' AND hour <= '23'`);
    assert.ok(row);
    assert.deepEqual(await ask(emulator, where, `${rowOf(requestId)} AND dt < '2026-01-01'`), []);
  });
  await check('a row that was delivered twice is two rows of the table and one of the view', async () => {
    const event = await changeOf(emulator, outputs.LedgerTable, requestId);
    assert.deepEqual(await invoke(emulator, 'Auditor', event), { batchItemFailures: [] });
    const count = async (from: string) => {
      const sql = `SELECT count(*) AS n FROM ${from} WHERE request_id = '${requestId}'`;
      return Number((await ask(emulator, where, sql))[0]?.['n']);
    };
    const end = performance.now() + ROW_MS;
    while ((await count('audit_rows')) < 2 && performance.now() < end) await sleep(250);
    assert.equal(await count('audit_rows'), 2);
    assert.equal(await count(`(${auditViewSql('audit_rows')}) AS audit`), 1);
  });
  for (const { name, sql } of shippedQueries().filter(({ sql }) => !NOT_EMULATED.test(sql))) {
    await check(`the shipped query ${name} runs through Athena over the view`, async () => {
      await ask(emulator, where, overView(sql));
    });
  }
}

const rowOf = (requestId: string) => `SELECT * FROM audit_rows WHERE request_id = '${requestId}'`;

/** The emulator does not expand views, so the deployed view's own SQL is put in its place. */
function overView(sql: string): string {
  return `WITH audit AS (${auditViewSql('audit_rows')}) ${sql.replace(/^--.*$/gm, '')}`;
}

/** The change that made an entry final, as the table's stream would report it once more. */
async function changeOf(emulator: Emulator, table: string, requestId: string): Promise<object> {
  const client = new DynamoDBClient({
    endpoint: emulator.endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  client.destroy();
  const entry = Items.find((item) => item['rid']?.S === requestId);
  assert.ok(entry, 'the entry stands in the ledger');
  const image = Object.fromEntries(
    Object.entries(entry).map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') },
    ]),
  );
  return { Records: [{ dynamodb: { SequenceNumber: '1', NewImage: image } }] };
}

async function eventually(
  read: () => Promise<Record<string, string | undefined>[]>,
): Promise<Record<string, string | undefined>> {
  const end = performance.now() + ROW_MS;
  while (performance.now() < end) {
    const [row] = await read().catch(() => []);
    if (row !== undefined) return row;
    await sleep(250);
  }
  throw new Error(`no row after ${ROW_MS / 1000} s: ${JSON.stringify(await read())}`);
}
