import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratch, startGateway } from '../support/local-gateway.ts';

const YAML = `
providers: { sandbox: { type: sandbox } }
models: { 'sandbox*': { targets: [{ provider: sandbox }], max_output_tokens: 100 } }
budgets: [{ scope: account, limit_usd: 1, window: day }]
rates: [{ scope: account, requests_per_minute: 600, parallel: 50 }]
`;

/** Longest time in which a change has to be in force. */
const IN_FORCE_MS = 10_000;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function tollgate(...args: readonly string[]): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const env = { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' };
  execFile(process.execPath, ['bin/tollgate.ts', ...args], { env }, (error, out, err) =>
    resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err }),
  );
  return promise;
}

function ask(url: string, body: object = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'sandbox', messages: [{ role: 'user', content: 'hi' }], ...body }),
  });
}

/** Asks until an answer has this status, for as long as a change may take. */
async function askUntil(url: string, status: number): Promise<Response> {
  const began = performance.now();
  for (;;) {
    const answer = await ask(url);
    if (answer.status === status) return answer;
    await answer.arrayBuffer();
    assert.ok(performance.now() - began < IN_FORCE_MS, `still ${answer.status}, not ${status}`);
  }
}

test('an operator lowers a limit, stops a model, looks at what runs and reconciles, while the gateway serves', async (t) => {
  const gateway = await startGateway({ yaml: YAML });
  t.after(() => gateway.end('SIGKILL'));
  const data = ['--data', gateway.data];
  const config = join(scratch(), 'tollgate.yaml');
  writeFileSync(config, YAML);
  assert.equal((await ask(gateway.url)).status, 200);

  const words = ['--who', 'alice', '--why', 'runaway job', ...data];
  const lowered = await tollgate('limits', 'set', 'account', 'day', '0.001', '--for', '1h', ...words);
  assert.deepEqual([lowered.code, lowered.err], [0, '']);
  const refused = await askUntil(gateway.url, 429);
  const requestId = refused.headers.get('x-tollgate-request-id') ?? '';
  const { error } = (await refused.json()) as { error: { tollgate: Record<string, unknown> } };
  assert.equal(error.tollgate['limit_usd'], '0.001');
  const why = await tollgate('why', requestId, ...data);
  assert.match(
    why.out,
    /\nWhy: the call could cost \$[\d.]+, more than all of the day budget of account \(\$0\.001\)\.\n/,
  );
  assert.match(why.out, /\nNow: limit \$0\.001 \(set by alice\), .*; the same call would not fit\.\n/);
  const shown = JSON.parse((await tollgate('scope', 'account', '--json', ...data)).out);
  assert.deepEqual([shown.budgets[0].limit_usd, shown.budgets[0].override.who], ['0.001', 'alice']);
  assert.equal((await tollgate('limits', 'clear', 'account', 'day', ...data)).code, 0);
  await askUntil(gateway.url, 200);

  const stop = await tollgate('disable', 'model', 'sandbox*', '--config', config, ...words);
  assert.deepEqual([stop.code, stop.err], [0, '']);
  const stopped = (await (await askUntil(gateway.url, 403)).json()) as {
    error: { code: string; message: string };
  };
  assert.equal(stopped.error.code, 'stopped');
  assert.match(stopped.error.message, /runaway job/);
  assert.equal((await tollgate('enable', 'model', 'sandbox*', ...data)).code, 0);
  await askUntil(gateway.url, 200);

  const running = await ask(gateway.url, { model: 'sandbox-long-90-slow-100', stream: true });
  const reader = running.body?.getReader();
  await reader?.read();
  const held = (await tollgate('holds', '--json', ...data)).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    held.map(({ kind, id, model }) => [kind, id, model]),
    [['request', running.headers.get('x-tollgate-request-id'), 'sandbox-long-90-slow-100']],
  );
  assert.equal(JSON.parse((await tollgate('scope', 'account', '--json', ...data)).out).running, 1);
  await reader?.cancel();

  assert.equal(await gateway.end('SIGINT'), 0);
  const day = new Date().toISOString().slice(0, 10);
  const reconciled = await tollgate('reconcile', day, '--json', ...data);
  const report = JSON.parse(reconciled.out);
  assert.deepEqual([reconciled.code, report.clean, report.counts.pending], [0, true, 0]);
  assert.ok(
    report.hours.some(({ entries }: { entries: number }) => entries >= 5),
    reconciled.out,
  );
  assert.equal((await tollgate('holds', ...data)).out, 'Nothing is held.\n');
});
