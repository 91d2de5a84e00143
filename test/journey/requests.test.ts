import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG, chat, completion, testGateway } from '../support/gateway.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const json = { 'content-type': 'application/json' };
const answering = () =>
  new ScriptedUpstream({ headers: json, pieces: [JSON.stringify(completion('hello'))] });

test('a request that needs no edit reaches the upstream byte for byte', async () => {
  const body =
    '{ "model":"m",\n"messages":[{"role":"user","content":"h\\u00e9","x":12345678901234567890}],"seed":1.0 , "top_k":-0}';
  const upstream = answering();
  await testGateway(upstream).ask({ body });
  assert.equal(upstream.sent[0]?.body, body);
});

test('an alias changes the model and nothing else', async () => {
  const upstream = answering();
  await testGateway(upstream).ask({
    body: '{"messages":[{"role":"user","content":"hi"}], "model" : "two" ,"k":1e2}',
  });
  assert.equal(
    upstream.sent[0]?.body,
    '{"messages":[{"role":"user","content":"hi"}], "model" : "first" ,"k":1e2}',
  );
});

test('an answer that is not streamed is forwarded byte for byte, with its cost in a header', async () => {
  const body = ` ${JSON.stringify(completion('hello'))}\n`;
  const answer = await testGateway(new ScriptedUpstream({ headers: json, pieces: [body] })).ask(chat());
  assert.equal(answer.text, body);
  assert.equal(answer.answerHeaders['x-tollgate-cost-usd'], '0.0004');
  assert.equal(answer.answerHeaders['x-tollgate-target'], 'one/m');
});

const bad: readonly (readonly [string, object | string, number, string, string | null])[] = [
  ['broken JSON', '{"model":', 400, 'invalid_json', 'model'],
  ['an empty body', '', 400, 'invalid_json', null],
  [
    'a repeated key',
    '{"model":"m","messages":[{"role":"user","content":"a","content":"b"}]}',
    400,
    'invalid_json',
    'messages[0].content',
  ],
  ['a list', '[]', 400, 'invalid_request', null],
  ['no messages', { model: 'm' }, 400, 'invalid_request', 'messages'],
  ['an empty list of messages', { model: 'm', messages: [] }, 400, 'invalid_request', 'messages'],
  [
    'an unknown role',
    { model: 'm', messages: [{ role: 'robot', content: '' }] },
    400,
    'invalid_request',
    'messages[0].role',
  ],
  [
    'a number as content',
    { model: 'm', messages: [{ role: 'user', content: 5 }] },
    400,
    'invalid_request',
    'messages[0].content',
  ],
  [
    'a model that is no text',
    { model: 1, messages: [{ role: 'user', content: '' }] },
    400,
    'invalid_request',
    'model',
  ],
  [
    'an unknown model',
    { model: 'mm', messages: [{ role: 'user', content: '' }] },
    404,
    'model_not_found',
    'model',
  ],
  [
    'a negative cap',
    { model: 'm', max_tokens: -1, messages: [{ role: 'user', content: '' }] },
    400,
    'invalid_request',
    'max_tokens',
  ],
  [
    'two caps',
    { model: 'm', max_tokens: 1, max_completion_tokens: 2, messages: [{ role: 'user', content: '' }] },
    400,
    'invalid_request',
    'max_tokens',
  ],
  [
    'a stream that is no boolean',
    { model: 'm', stream: 'yes', messages: [{ role: 'user', content: '' }] },
    400,
    'invalid_request',
    'stream',
  ],
  [
    'too many choices',
    { model: 'm', n: 1000, messages: [{ role: 'user', content: '' }] },
    400,
    'invalid_request',
    'n',
  ],
];

for (const [what, body, status, code, param] of bad) {
  test(`${what} is a ${status} that says where, is recorded, and calls nobody`, async () => {
    const upstream = answering();
    const { ask, rows } = testGateway(upstream);
    const answer = await ask({ body });
    assert.equal(answer.status, status);
    assert.equal(answer.json.error?.code, code);
    assert.equal(answer.json.error?.param, param);
    assert.equal(answer.answerHeaders['x-should-retry'], 'false');
    assert.ok(answer.answerHeaders['x-request-id']);
    assert.equal(upstream.sent.length, 0);
    assert.equal(rows()[0]?.error_code, code);
    assert.equal(rows()[0]?.outcome, 'refused');
  });
}

test('other content types and encodings are refused by name', async () => {
  for (const headers of [{ 'content-type': 'text/plain' }, { 'content-encoding': 'gzip' }]) {
    const answer = await testGateway().ask({ ...chat(), headers });
    assert.equal(answer.status, 415);
    assert.equal(answer.json.error?.code, 'unsupported_media_type');
  }
});

test('an unknown route and a wrong method say what there is', async () => {
  const lost = await testGateway().ask({ path: '/v1/completions' });
  assert.equal(lost.status, 404);
  assert.match(lost.json.error?.message ?? '', /POST \/v1\/chat\/completions/);
  const wrong = await testGateway().ask({ method: 'GET' });
  assert.equal(wrong.status, 405);
  assert.match(wrong.json.error?.message ?? '', /use POST/);
  assert.equal(wrong.answerHeaders['allow'], 'POST');
});

test('a body above the limit is a 413', async () => {
  const answer = await testGateway(answering(), `${CONFIG}\nlimits: { body_bytes: 20 }\n`).ask(chat());
  assert.equal(answer.status, 413);
  assert.equal(answer.json.error?.code, 'request_too_large');
});

test("an upstream's refusal of the request is the caller's: status, message, type and code are relayed", async () => {
  const body = {
    error: {
      message: "'temperature' does not support 0.3",
      type: 'invalid_request_error',
      param: 'temperature',
      code: 'unsupported_value',
    },
  };
  const upstream = new ScriptedUpstream({ status: 400, headers: json, pieces: [JSON.stringify(body)] });
  const { ask, rows } = testGateway(upstream);
  const answer = await ask(chat({ model: 'two', temperature: 0.3 }));
  assert.equal(answer.status, 400);
  assert.deepEqual({ ...answer.json.error, tollgate: undefined }, { ...body.error, tollgate: undefined });
  assert.equal(upstream.sent.length, 1, 'a caller error is not tried elsewhere');
  assert.equal(rows()[0]?.cost_nano_usd, 0n);
});

test("the gateway's own credentials failing is a 502 that does not blame the caller", async () => {
  const upstream = new ScriptedUpstream({
    status: 401,
    headers: json,
    pieces: ['{"error":{"message":"Incorrect API key provided: sk-abc"}}'],
  });
  const answer = await testGateway(upstream).ask(chat());
  assert.equal(answer.status, 502);
  assert.ok(!answer.text.includes('sk-abc'));
});

test('rate limits of the upstream keep their retry-after', async () => {
  const upstream = new ScriptedUpstream({
    status: 429,
    headers: { ...json, 'retry-after': '12' },
    pieces: ['{"error":{"message":"slow down","type":"tokens","code":"rate_limit_exceeded"}}'],
  });
  const answer = await testGateway(upstream).ask(chat());
  assert.equal(answer.status, 429);
  assert.equal(answer.answerHeaders['retry-after'], '12');
  assert.equal(answer.json.error?.code, 'rate_limit_exceeded');
});

test('an answer that is no JSON is a 502', async () => {
  for (const page of ['<html>Bad gateway</html>', '[]', '{"error":"text only"}']) {
    const answer = await testGateway(new ScriptedUpstream({ headers: json, pieces: [page] })).ask(chat());
    assert.ok((answer.status ?? 0) >= 502, `${page} gave ${answer.status}`);
  }
});

test('the models a caller may use are listed, and one can be asked for', async () => {
  const { ask } = testGateway();
  const list = await ask({ method: 'GET', path: '/v1/models' });
  assert.deepEqual(
    (list.json['data'] as { id: string }[]).map(({ id }) => id),
    ['m', 'two', 'free'],
  );
  assert.equal((await ask({ method: 'GET', path: '/v1/models/two' })).json['id'], 'two');
  assert.equal((await ask({ method: 'GET', path: '/v1/models/three' })).status, 404);
});

test('health needs no identity and calls no provider', async () => {
  const upstream = answering();
  const { ask } = testGateway(upstream);
  assert.equal((await ask({ method: 'GET', path: '/health/liveness' })).status, 200);
  assert.equal((await ask({ method: 'GET', path: '/health/readiness' })).json['status'], 'ready');
  assert.equal(upstream.sent.length, 0);
});

test('a provider without its key is not offered, and asking for it says which key is missing', async () => {
  const yaml = `${CONFIG}  gpt:\n    targets: [{ provider: oa }]\n`.replace(
    'providers:',
    'providers:\n  oa: { type: openai, key: { env: OPENAI_API_KEY } }',
  );
  const without = testGateway(answering(), yaml);
  assert.ok(!(await without.ask({ method: 'GET', path: '/v1/models' })).text.includes('gpt'));
  const answer = await without.ask(chat({ model: 'gpt' }));
  assert.equal(answer.status, 503);
  assert.match(answer.json.error?.message ?? '', /OPENAI_API_KEY/);
  const upstream = answering();
  const { ask } = testGateway(upstream, yaml, undefined, { OPENAI_API_KEY: 'sk-secret' });
  assert.equal((await ask(chat({ model: 'gpt' }))).status, 200);
  assert.equal(upstream.sent[0]?.headers['authorization'], 'Bearer sk-secret');
});

test('keys that the config lists are callers, others are refused and none is local', async () => {
  const yaml = `${CONFIG}\ncallers: [{ key: { env: WEB_KEY }, team: search, app: web }]\n`;
  const { ask, rows } = testGateway(answering(), yaml, undefined, { WEB_KEY: 'dev-1' });
  await ask({ ...chat(), claim: { kind: 'bearer', key: 'dev-1' } });
  assert.equal(rows()[0]?.team, 'search');
  assert.equal(rows()[0]?.app, 'web');
  const refused = await ask({ ...chat(), claim: { kind: 'bearer', key: 'other' } });
  assert.equal(refused.status, 401);
  assert.match(refused.json.error?.message ?? '', /callers/);
  await ask({ ...chat(), claim: { kind: 'bearer', key: undefined } });
  assert.equal(rows()[1]?.principal, 'local');
});

test('a flood of refusals is bounded rows with a count, and none is lost', async () => {
  const { ask, rows, gateway, time } = testGateway(
    answering(),
    `${CONFIG}\nlimits: { refusal_rows_per_second: 5 }\n`,
  );
  for (let n = 0; n < 40; n += 1) await ask({ body: '{' });
  await time.finish(gateway.drain());
  assert.ok(rows().length <= 7);
  assert.equal(
    rows().reduce((sum, row) => sum + row.count, 0),
    40,
  );
});

test('while draining nothing new is taken', async () => {
  const { ask, gateway, time } = testGateway(answering());
  await time.finish(gateway.drain());
  const answer = await ask(chat());
  assert.equal(answer.status, 503);
  assert.equal(answer.json.error?.code, 'draining');
  assert.equal((await ask({ method: 'GET', path: '/health/readiness' })).status, 503);
});
