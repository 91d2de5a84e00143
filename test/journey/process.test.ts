import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { auditRows, scratch, startGateway } from '../support/local-gateway.ts';

const BUDGETED = `
providers: { sandbox: { type: sandbox } }
models: { 'sandbox*': { targets: [{ provider: sandbox }], max_output_tokens: 1000 } }
budgets: [{ scope: account, limit_usd: 0.1, window: total }]
`;

function ask(url: string, body: object): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], ...body }),
  });
}

async function firstBytes(answer: Response): Promise<void> {
  const reader = answer.body?.getReader();
  await reader?.read();
}

test('killed in the middle of a stream, it settles the reservation at its next start, before it listens', async () => {
  const first = await startGateway({ yaml: BUDGETED });
  await firstBytes(await ask(first.url, { model: 'sandbox-long-500', stream: true }));
  assert.equal(await first.end('SIGKILL'), 'SIGKILL');

  const second = await startGateway({ yaml: BUDGETED, data: first.data });
  assert.match(second.output(), /settled +1 request/);
  const [row] = auditRows(first.data);
  assert.equal(row?.['outcome'], 'abandoned');
  assert.equal(row?.['usage_source'], 'estimate');
  const held = Number(row?.['cost_nano_usd']);
  assert.ok(
    held > 60_000_000,
    'the hold is posted: a thousand tokens at the price of the sandbox, and the input',
  );
  const refused = await ask(second.url, { model: 'sandbox', max_tokens: 1000 });
  assert.equal(refused.status, 429, 'what was posted counts');
  const small = await ask(second.url, { model: 'sandbox-fast', max_tokens: 20 });
  assert.equal(small.status, 200);
  assert.equal(
    Number(small.headers.get('x-tollgate-budget-remaining-usd')) < (100_000_000 - held) / 1e9,
    true,
  );
  assert.equal(await second.end('SIGINT'), 0);
});

test('Ctrl-C lets a running stream end, settles and exports it, and exits 0', async () => {
  const gateway = await startGateway({ yaml: BUDGETED });
  const answer = await ask(gateway.url, { model: 'sandbox-slow-20', stream: true });
  const reading = answer.text();
  const ended = gateway.end('SIGINT');
  assert.match(await reading, /\[DONE\]\n\n$/);
  assert.equal(await ended, 0);
  const [row] = auditRows(gateway.data);
  assert.equal(row?.['outcome'], 'ok');
});

test('what stands in its way is said in one clear line', async () => {
  const running = await startGateway({ yaml: BUDGETED });
  const same = await startGateway({ yaml: BUDGETED, data: running.data });
  assert.match(same.output(), /^tollgate: the data folder .* is in use by another gateway/);
  const port = new URL(running.url).port;
  const taken = await startGateway({ yaml: BUDGETED }, ['--port', port]);
  assert.match(
    taken.output(),
    /^tollgate: cannot listen on 127\.0\.0\.1:\d+: another program already does\n$/,
  );
  await running.end('SIGINT');

  const missing = await startGateway({}, ['--config', '/nonexistent/tollgate.yaml']);
  assert.match(missing.output(), /^tollgate: there is no configuration/);
  const file = join(scratch(), 'file');
  writeFileSync(file, '');
  const noFolder = await startGateway({ yaml: BUDGETED, data: file });
  assert.match(noFolder.output(), /^tollgate: the data folder .* cannot be used: it is not a folder/);
  const flag = await startGateway({ yaml: BUDGETED }, ['--prot', '1']);
  assert.match(flag.output(), /^tollgate: Unknown option '--prot'/);
  assert.equal(await flag.end('SIGTERM'), 2);
});

test('a folder that may not be written is said plainly', async (t) => {
  if (process.getuid?.() === 0) return t.diagnostic('root may write everywhere');
  const folder = scratch();
  chmodSync(folder, 0o500);
  const gateway = await startGateway({ yaml: BUDGETED, data: folder });
  assert.match(
    gateway.output(),
    /^tollgate: the data folder .* cannot be used: this user may not write there/,
  );
});

test('a config with mistakes lists each with its line and a hint, and nothing starts', async () => {
  const gateway = await startGateway({ yaml: BUDGETED.replace('limit_usd: 0.1', 'limit: ten') });
  assert.equal(gateway.url, '');
  assert.match(gateway.output(), /tollgate\.yaml:4:\d+/);
  assert.match(gateway.output(), /limit_usd/);
  assert.equal(await gateway.end('SIGTERM'), 1);
});

test('an openai-compatible server is reached as the config says, and its usage is charged', async () => {
  const upstream = createServer((socket) => {
    socket.once('data', () => {
      const body = JSON.stringify({
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'mock-1',
        choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
      });
      socket.end(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const address = upstream.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const gateway = await startGateway({
    yaml: `
providers: { mock: { type: openai-compatible, base_url: 'http://127.0.0.1:${port}/v1' } }
models:
  mock-*:
    targets: [{ provider: mock }]
    price: { input: 1, output: 2 }
    capabilities: { max_output_tokens: 1000 }
budgets: [{ scope: account, limit_usd: 1, window: day }]
`,
  });
  const answer = await ask(gateway.url, { model: 'mock-c1' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('x-tollgate-cost-usd'), '0.000011');
  await gateway.end('SIGINT');
  upstream.close();
});
