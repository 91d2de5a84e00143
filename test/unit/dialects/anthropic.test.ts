import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { type ErrorCode, type ErrorFacts, TollgateError } from '../../../lambda/core/errors.ts';
import { anthropic } from '../../../lambda/dialects/anthropic/index.ts';
import { threadRefusal } from '../../../lambda/dialects/anthropic/threads.ts';
import { clientAnswered, streamedMessageOf } from '../../support/anthropic-client.ts';

/** The error that Anthropic's own client throws for one of ours. */
async function thrownFor(error: TollgateError): Promise<APIError> {
  const { status, headers, body } = anthropic.error(error, 'req_1');
  const client = clientAnswered(body, 'application/json', status, headers);
  try {
    await client.messages.create({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] });
  } catch (thrown) {
    assert.ok(thrown instanceof APIError);
    return thrown;
  }
  assert.fail('the client took an error for an answer');
}

const error = (code: ErrorCode, facts: ErrorFacts = {}) => new TollgateError(code, 'Told why.', facts);

test("each kind of failure gives the client's own class, with code, parameter and request id", async () => {
  const table: readonly [TollgateError, new (...args: never[]) => APIError, number, string][] = [
    [error('invalid_request', { param: 'model' }), Anthropic.BadRequestError, 400, 'invalid_request_error'],
    [error('unauthenticated'), Anthropic.AuthenticationError, 401, 'authentication_error'],
    [error('model_not_found'), Anthropic.NotFoundError, 404, 'not_found_error'],
    [error('request_too_large'), Anthropic.ContentTooLargeError, 413, 'request_too_large'],
    [error('budget_exceeded'), Anthropic.RateLimitError, 429, 'rate_limit_error'],
    [error('guard_blocked'), Anthropic.PermissionDeniedError, 403, 'permission_error'],
    [error('upstream_auth'), Anthropic.InternalServerError, 502, 'api_error'],
    [error('upstream_unavailable'), Anthropic.ServiceUnavailableError, 503, 'overloaded_error'],
    [error('upstream_timeout'), Anthropic.GatewayTimeoutError, 504, 'timeout_error'],
    [error('internal'), Anthropic.InternalServerError, 500, 'api_error'],
  ];
  for (const [ours, kind, status, type] of table) {
    const thrown = await thrownFor(ours);
    assert.ok(thrown instanceof kind, ours.code);
    assert.deepEqual(
      [thrown.status, thrown.type, thrown.apiMessage, thrown.errorCode, thrown.requestID],
      [status, type, 'Told why.', ours.code, 'req_1'],
    );
    assert.equal(Reflect.get(Object(thrown.error), 'request_id'), 'req_1');
  }
  const { error: body } = await thrownFor(error('invalid_request', { param: 'a', details: { limit: 5 } }));
  assert.deepEqual(Object(body).error.details, { error_code: 'invalid_request', param: 'a', limit: 5 });
});

test('an overload keeps status 529, by which clients know one', async () => {
  for (const facts of [
    { upstream: { type: 'overloaded_error', code: null } },
    { details: { upstream_status: 529 } },
  ] satisfies ErrorFacts[]) {
    const thrown = await thrownFor(error('upstream_unavailable', facts));
    assert.ok(thrown instanceof Anthropic.OverloadedError);
    assert.equal(thrown.type, 'overloaded_error');
  }
});

test("an upstream's own type and code are relayed where Anthropic has such a type, else the status decides", async () => {
  const rejected = (status: number, type: string | null, code: string | null = null) =>
    thrownFor(error('upstream_rejected', { status, upstream: { type, code } }));
  const told = async (thrown: Promise<APIError>) => {
    const { status, type, errorCode } = await thrown;
    return [status, type, errorCode];
  };
  assert.deepEqual(await told(rejected(404, 'not_found_error', 'thread_not_found')), [
    404,
    'not_found_error',
    'thread_not_found',
  ]);
  assert.deepEqual(await told(rejected(402, 'insufficient_quota')), [
    402,
    'billing_error',
    'upstream_rejected',
  ]);
  assert.deepEqual(await told(rejected(409, null)), [409, 'conflict_error', 'upstream_rejected']);
  assert.deepEqual(await told(rejected(422, 'odd')), [422, 'invalid_request_error', 'upstream_rejected']);
  const limited = error('upstream_rate_limited', {
    upstream: { type: 'tokens', code: 'rate_limit_exceeded' },
  });
  assert.deepEqual(await told(thrownFor(limited)), [429, 'rate_limit_error', 'rate_limit_exceeded']);
});

test("a conversation that is too long begins with Anthropic's words for it, by which agents know to shorten it", async () => {
  const upstream = { type: 'invalid_request_error', code: 'context_length_exceeded' };
  const facts = { status: 400, upstream };
  assert.equal(
    (await thrownFor(error('upstream_rejected', facts))).apiMessage,
    'prompt is too long: Told why.',
  );
  const own = new TollgateError('upstream_rejected', 'prompt is too long: 9 tokens > 8 maximum', facts);
  assert.equal((await thrownFor(own)).apiMessage, own.message);
});

test('headers tell whether and when to try again, and who asked', () => {
  const { headers } = anthropic.error(error('budget_held', { retryAfterS: 3 }), 'req_1');
  assert.equal(headers['retry-after'], '3');
  assert.equal(headers['x-should-retry'], undefined);
  assert.deepEqual([headers['request-id'], headers['x-request-id']], ['req_1', 'req_1']);
  const refused = anthropic.error(error('budget_exceeded'), 'req_1').headers;
  assert.equal(refused['x-should-retry'], 'false');
  assert.equal(refused['x-tollgate-error'], 'budget_exceeded');
  const method = anthropic.error(error('method_not_allowed', { details: { allow: 'POST' } }), 'req_1');
  assert.deepEqual([method.status, method.headers['allow']], [405, 'POST']);
  assert.deepEqual(anthropic.requestHeaders('req_1'), { 'request-id': 'req_1', 'x-request-id': 'req_1' });
});

test('an error inside a stream reaches the client as one, whatever went before', async () => {
  const event = Buffer.from(anthropic.errorEvent(error('upstream_cut'), 'req_1')).toString();
  assert.match(event, /^event: error\ndata: \{.*\}\n\n$/);
  for (const before of [
    '',
    Buffer.from(anthropic.heartbeat(false)).toString(),
    Buffer.from(anthropic.heartbeat(true)).toString(),
  ]) {
    await assert.rejects(streamedMessageOf(before + event), (thrown) => {
      assert.ok(thrown instanceof APIError);
      assert.deepEqual([thrown.type, thrown.errorCode], ['api_error', 'upstream_cut']);
      return true;
    });
  }
});

test('a silent stream gets a comment before its first event and a ping after it', () => {
  assert.equal(Buffer.from(anthropic.heartbeat(false)).toString(), ': ping\n\n');
  assert.equal(Buffer.from(anthropic.heartbeat(true)).toString(), 'event: ping\ndata: {"type": "ping"}\n\n');
  assert.equal(Buffer.from(anthropic.comment({ a: 1 })).toString(), ': tollgate {"a":1}\n\n');
});

test('models are listed in the shape that the client pages through', async () => {
  const listed = anthropic.models([
    { id: 'claude-a', provider: 'p', created: 0 },
    { id: 'gpt-b', provider: 'p', created: 1_700_000_000 },
  ]);
  const page = await clientAnswered(JSON.stringify(listed), 'application/json').models.list();
  assert.deepEqual(
    page.data.map(({ type, id, display_name, created_at }) => [type, id, display_name, created_at]),
    [
      ['model', 'claude-a', 'claude-a', '1970-01-01T00:00:00.000Z'],
      ['model', 'gpt-b', 'gpt-b', '2023-11-14T22:13:20.000Z'],
    ],
  );
  assert.deepEqual([page.has_more, page.first_id, page.last_id], [false, 'claude-a', 'gpt-b']);
  assert.deepEqual(anthropic.models([]), { data: [], has_more: false, first_id: null, last_id: null });
});

test('the tool runner goes on without a thread, and with the whole conversation, after the refusal of one', async () => {
  const bodies: { readonly thread?: unknown; readonly messages: readonly unknown[] }[] = [];
  const answer = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text: 'done' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const client = new Anthropic({
    apiKey: 'unused',
    maxRetries: 0,
    baseURL: 'http://gateway.invalid',
    fetch: async (_url, init) => {
      const body = JSON.parse(String(init?.body));
      bodies.push(body);
      if (body.thread === undefined) return Response.json(answer);
      const { status, headers, body: refusal } = anthropic.error(threadRefusal(), 'req_1');
      return new Response(Buffer.from(refusal), { status, headers });
    },
  });
  const message = await client.beta.messages.toolRunner({
    model: 'm',
    max_tokens: 8,
    messages: [{ role: 'user', content: 'hi' }],
    tools: [],
  });
  assert.deepEqual(message.content[0], { type: 'text', text: 'done' });
  assert.deepEqual(
    bodies.map(({ thread, messages }) => [thread !== undefined, messages.length]),
    [
      [true, 1],
      [false, 1],
    ],
  );
});

test('a code whose cases differ says of each whether trying again helps', async () => {
  const wait = anthropic.error(error('rate_limit_exceeded', { retryAfterS: 2 }), 'req_1').headers;
  assert.deepEqual([wait['retry-after'], wait['x-should-retry']], ['2', undefined]);
  const never = error('rate_limit_exceeded', { retryable: false });
  assert.equal(anthropic.error(never, 'req_1').headers['x-should-retry'], 'false');
  assert.ok((await thrownFor(never)) instanceof Anthropic.RateLimitError);
});

test('rates are told by the headers that this family reads, with the time of the reset', () => {
  const now = Date.UTC(2026, 10, 24, 12);
  const requests = { limit: 60, remaining: 9.9, resetMs: 1_001 };
  assert.deepEqual(anthropic.rateHeaders({ requests, tokens: undefined }, now), {
    'anthropic-ratelimit-requests-limit': '60',
    'anthropic-ratelimit-requests-remaining': '9',
    'anthropic-ratelimit-requests-reset': '2026-11-24T12:00:02Z',
  });
  const tokens = { limit: 1000, remaining: undefined, resetMs: undefined };
  assert.deepEqual(anthropic.rateHeaders({ requests: undefined, tokens }, now), {
    'anthropic-ratelimit-tokens-limit': '1000',
  });
  const never = { limit: 1, remaining: 0, resetMs: Number.MAX_SAFE_INTEGER };
  assert.equal(
    anthropic.rateHeaders({ requests: undefined, tokens: never }, now)['anthropic-ratelimit-tokens-reset'],
    '9999-12-31T23:59:59Z',
  );
});
