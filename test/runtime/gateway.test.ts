import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BundleResult, bundleFunctions } from '../../bin/bundle.ts';
import { readConfig } from '../../lambda/adapters/node/config-file.ts';
import { type DynamoFake, startDynamoFake } from '../support/dynamo-fake.ts';
import type { WireItem } from '../support/dynamo-fake-expression.ts';
import { event as eventFrame } from '../support/event-stream.ts';
import { chat, urlEvent } from './events.ts';
import { type HoldingProxy, startHoldingProxy } from './holding-proxy.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import type { Invocation } from './runtime-api.ts';
import { chunk, type LoopbackUpstream, startUpstream, usageChunk } from './upstream.ts';

const configText = (baseUrl: string) => `
providers:
  one: { type: openai-compatible, base_url: ${baseUrl} }
  aws: { type: bedrock, region: eu-central-1, base_url: ${baseUrl} }
models:
  m:
    targets: [{ provider: one, model: gpt-5-mini }]
    price: { input: 0.25, output: 2 }
    capabilities: { max_output_tokens: 4096 }
  nova:
    targets: [{ provider: aws, model: amazon.nova-pro-v1:0 }]
    price: { input: 0.8, output: 3.2 }
    capabilities: { max_output_tokens: 4096 }
callers:
  - { principal: 'arn:aws:sts::123456789012:assumed-role/search-*', team: search, app: web }
  - { principal: 'arn:aws:sts::123456789012:assumed-role/broke', team: broke }
budgets:
  - { scope: 'team:broke', limit_usd: 0.000001, window: day }
limits: { attempts: 1 }
`;

/** Reads pieces of an answer until `text` has come; what came after it stays unread. */
async function until(pieces: AsyncIterator<Buffer>, text: string): Promise<string> {
  let seen = '';
  while (!seen.includes(text)) {
    const { value, done } = await pieces.next();
    assert.notEqual(done, true, `the answer ended before ${text}: ${seen}`);
    seen += String(value);
  }
  return seen;
}

describe('the shipped gateway under AWS runtime client', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tollgate-runtime-'));
  let upstream: LoopbackUpstream;
  let dynamo: DynamoFake;
  let proxy: HoldingProxy;
  let bundles: BundleResult;
  let runtime: Runtime;

  const env = (): Record<string, string> => ({
    TOLLGATE_ENVIRONMENT: 'test',
    LEDGER_TABLE: 'ledger',
    LEDGER_INDEX: 'open-journals',
    CONFIG_HASH: bundles.configHash,
    AWS_ENDPOINT_URL: proxy.endpoint,
  });

  before(async () => {
    upstream = await startUpstream();
    dynamo = await startDynamoFake();
    proxy = await startHoldingProxy(dynamo.url);
    const reading = readConfig(configText(upstream.baseUrl), 'runtime.yaml');
    assert.ok(reading.ok, JSON.stringify(reading));
    bundles = await bundleFunctions(reading.config, dir);
    runtime = await startRuntime(bundles.folders.gateway, env());
  });

  after(async () => {
    await runtime.stop();
    await proxy.close();
    await dynamo.close();
    await upstream.close();
    rmSync(dir, { recursive: true });
  });

  /** The ledger's entry of a request. */
  function entryOf(requestId: string): WireItem {
    const entry = [...dynamo.items.values()].find((item) => item['rid']?.S === requestId);
    assert.ok(entry, `an entry of ${requestId}`);
    return entry;
  }

  /** A whole answer of the upstream, for tests about something else. */
  async function answerWhole(): Promise<void> {
    const call = await upstream.call();
    call.start(200);
    call.event(chunk({ role: 'assistant', content: 'Hello' }));
    call.event(chunk({}, 'stop'));
    call.event(usageChunk(9, 4));
    call.end('data: [DONE]\n\n');
  }

  async function refused(
    event: unknown,
  ): Promise<{ status: number; body: { error: Record<string, unknown> } }> {
    const invocation = runtime.invoke(event);
    const { statusCode } = await invocation.prelude;
    return { status: statusCode, body: JSON.parse(await invocation.text()) };
  }

  it('sends the prelude of a function URL: status and headers, eight NULs, then the body', async () => {
    const invocation = runtime.invoke(chat({ stream: true }));
    await answerWhole();
    const { statusCode, headers } = await invocation.prelude;
    assert.equal(statusCode, 200);
    assert.match(headers['content-type']!, /^text\/event-stream/);
    assert.match(headers['x-tollgate-request-id']!, /^req_/);
    assert.equal(headers['x-tollgate-target'], 'one/gpt-5-mini');
    const transport = await invocation.transport;
    assert.equal(transport['lambda-runtime-function-response-mode'], 'streaming');
    assert.equal(transport['content-type'], 'application/vnd.awslambda.http-integration-response');
    assert.match(await invocation.text(), /"content":"Hello"[\s\S]*data: \[DONE\]/);
    assert.deepEqual({ ...(await invocation.ended) }, {});
  });

  it('passes each piece on before the upstream has sent the next', async () => {
    const invocation = runtime.invoke(chat({ stream: true }));
    const call = await upstream.call();
    call.start(200);
    call.event(chunk({ role: 'assistant', content: '' }));
    const pieces = invocation.pieces[Symbol.asyncIterator]();
    for (let k = 0; k < 8; k++) {
      call.event(chunk({ content: `piece-${k}` }));
      // Nothing more is sent until this piece is here: a gateway or runtime that collects would never get further.
      await until(pieces, `piece-${k}`);
    }
    call.event(chunk({}, 'stop'));
    call.end('data: [DONE]\n\n');
    await until(pieces, '[DONE]');
    await invocation.ended;
  });

  it('translates a stream for an Anthropic client', async () => {
    const body = { model: 'm', max_tokens: 20, stream: true, messages: [{ role: 'user', content: 'Hi' }] };
    const invocation = runtime.invoke(urlEvent('/v1/messages', body));
    await answerWhole();
    const { statusCode } = await invocation.prelude;
    assert.equal(statusCode, 200);
    const text = await invocation.text();
    assert.match(text, /"text_delta","text":"Hello"/);
    assert.match(text, /"input_tokens":9[\s\S]*event: message_stop\n/);
  });

  it("signs a request to Bedrock with the function's credentials and decodes its event stream", async () => {
    const invocation = runtime.invoke(chat({ model: 'nova', stream: true }));
    const call = await upstream.call();
    assert.match(call.path, /\/model\/amazon\.nova-pro-v1%3A0\/converse-stream$/);
    assert.match(
      String(call.headers['authorization']),
      /^AWS4-HMAC-SHA256 .*\/eu-central-1\/bedrock\/aws4_request/,
    );
    call.start(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    call.end(
      Buffer.concat([
        eventFrame('messageStart', { role: 'assistant' }),
        eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello' } }),
        eventFrame('contentBlockStop', { contentBlockIndex: 0 }),
        eventFrame('messageStop', { stopReason: 'end_turn' }),
        eventFrame('metadata', { usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 } }),
      ]),
    );
    const { statusCode, headers } = await invocation.prelude;
    assert.equal(statusCode, 200);
    assert.match(await invocation.text(), /"content":"Hello"[\s\S]*data: \[DONE\]/);
    await invocation.ended;
    // 7 tokens at 0.8 and 2 at 3.2 dollars per million.
    await runtime.api.idle();
    assert.equal(entryOf(headers['x-tollgate-request-id']!)['a']?.N, '12000');
  });

  it('answers a not streamed request in one piece with the cost in a header', async () => {
    const invocation = runtime.invoke(chat());
    const call = await upstream.call();
    assert.equal(call.path, '/v1/chat/completions');
    assert.equal(call.body['model'], 'gpt-5-mini');
    call.start(200);
    call.end(
      JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_780_000_000,
        model: 'gpt-5-mini-2026-01-01',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      }),
    );
    const { statusCode, headers } = await invocation.prelude;
    assert.equal(statusCode, 200);
    assert.equal(headers['x-tollgate-cost-usd'], '0.0000125');
    assert.equal(JSON.parse(await invocation.text()).choices[0].message.content, 'Hello');
  });

  it('ends with an error event when the upstream is cut, survives it, and serves the next request', async () => {
    const invocation = runtime.invoke(chat({ stream: true }));
    const call = await upstream.call();
    call.start(200);
    call.event(chunk({ role: 'assistant', content: 'half an' }));
    const pieces = invocation.pieces[Symbol.asyncIterator]();
    await until(pieces, 'half an');
    call.cut();
    const text = await invocation.text();
    assert.match(text, /"code":"upstream_cut"/);
    assert.doesNotMatch(text, /\[DONE\]/);
    assert.deepEqual({ ...(await invocation.ended) }, {}, 'the runtime itself saw no error');
    const next = runtime.invoke(chat({ stream: true }));
    await answerWhole();
    assert.equal((await next.prelude).statusCode, 200);
    assert.match(await next.text(), /\[DONE\]/);
    assert.equal(runtime.process.exitCode, null);
  });

  it('settles after the last byte left, and asks for the next event only when that is written', async () => {
    await runtime.api.idle();
    runtime.api.log.length = 0;
    const invocation = runtime.invoke(chat({ stream: true }));
    const call = await upstream.call();
    // Only the settle makes an entry final.
    const settling = proxy.hold((body) => body.includes('{"S":"F"}'));
    call.start(200);
    call.event(chunk({ role: 'assistant', content: 'Hello' }, 'stop'));
    call.event(usageChunk(9, 4));
    call.end('data: [DONE]\n\n');
    const release = await settling;
    await invocation.ended;
    assert.deepEqual(runtime.api.log, [`response ${invocation.id}`, `end ${invocation.id}`]);
    const requestId = (await invocation.prelude).headers['x-tollgate-request-id']!;
    assert.equal(entryOf(requestId)['st']?.S, 'HELD');
    release();
    await runtime.api.idle();
    assert.equal(runtime.api.log.at(-1), 'next');
    const entry = entryOf(requestId);
    assert.equal(entry['st']?.S, 'F');
    assert.equal(entry['outcome']?.S, 'ok');
    // 9 tokens at 0.25 and 4 at 2 dollars a million.
    assert.equal(entry['a']?.N, '10250');
  });

  it('refuses with the status of each reason, in the format of the caller', async () => {
    const unknownModel = await refused(chat({ model: 'nope' }));
    assert.equal(unknownModel.status, 404);
    assert.equal(unknownModel.body.error['code'], 'model_not_found');
    assert.equal((await refused(urlEvent('/v1/chat/completions', '{"model":'))).status, 400);
    assert.equal((await refused(urlEvent('/v1/nothing', {}))).status, 404);
    const broke = await refused(urlEvent('/v1/chat/completions', JSON.parse(chat().body!), 'broke'));
    assert.equal(broke.status, 429);
    assert.equal(broke.body.error['code'], 'budget_exceeded');
    const nobody = { ...chat(), requestContext: { http: { method: 'POST' } } };
    assert.equal((await refused(nobody)).status, 401);
  });

  it('fails closed while the ledger is away, and serves again when it is back', async () => {
    dynamo.failWhen(() => 'unavailable');
    const away = await refused(chat());
    dynamo.failWhen(() => undefined);
    assert.equal(away.status, 503);
    assert.equal(away.body.error['code'], 'ledger_unavailable');
    // Where the tries took long enough, new work is refused until a look at the ledger has found it back.
    const answered = answerWhole();
    let status = 0;
    for (const end = performance.now() + 30_000; status !== 200 && performance.now() < end; ) {
      const invocation = runtime.invoke(chat({ stream: true }));
      status = (await invocation.prelude).statusCode;
      await invocation.ended;
      if (status === 503) await sleep(100);
    }
    assert.equal(status, 200);
    await answered;
  });

  it('never reads a bearer key as an identity', async () => {
    const event = { ...chat(), requestContext: { http: { method: 'POST' } } };
    assert.equal((await refused({ ...event, headers: { authorization: 'Bearer sk-anything' } })).status, 401);
  });

  it('turns a failing upstream into a status, not into a failed invocation', async () => {
    const invocation = runtime.invoke(chat({ stream: true }));
    const call = await upstream.call();
    call.start(503);
    call.end('{"error":{"message":"overloaded"}}');
    const { statusCode } = await invocation.prelude;
    assert.ok(statusCode === 502 || statusCode === 503, `status ${statusCode}`);
    assert.match(await invocation.text(), /upstream_/);
    assert.deepEqual({ ...(await invocation.ended) }, {});
  });

  it('keeps its head over many invocations in a row, in one process', async () => {
    const pid = runtime.process.pid;
    const ids = new Set<string>();
    for (let round = 0; round < 10; round++) {
      const invocation: Invocation = runtime.invoke(chat({ stream: true }));
      await answerWhole();
      ids.add((await invocation.prelude).headers['x-tollgate-request-id']!);
      await invocation.ended;
    }
    assert.equal(ids.size, 10);
    assert.equal(runtime.process.pid, pid);
    assert.equal(runtime.process.exitCode, null);
    assert.doesNotMatch(runtime.logs(), /"type":"bug"|Unhandled|Invoke Error/);
  });

  it('answers health without an identity', async () => {
    const invocation = runtime.invoke({
      ...urlEvent('/health/liveness'),
      requestContext: { http: { method: 'GET' } },
    });
    assert.equal((await invocation.prelude).statusCode, 200);
    await invocation.ended;
  });

  it('refuses to start with a config that is not the deployed one', async () => {
    const other = join(dir, 'tampered');
    cpSync(bundles.folders.gateway, other, { recursive: true });
    appendFileSync(join(other, 'config.json'), ' ');
    const broken = await startRuntime(other, env());
    await assert.rejects(broken.invoke(chat()).prelude, /config\.json is not the one that was deployed/);
    await broken.stop();
  });
});
