import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { type BedrockRig, drain, STREAM_HEADERS, startBedrock } from '../../../support/bedrock.ts';
import { event, eventFrame, exception } from '../../../support/event-stream.ts';
import type { RawReply, RawRequest, RawScript } from '../../../support/raw-upstream.ts';

let rig: BedrockRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

async function start(script: RawScript): Promise<BedrockRig> {
  rig = await startBedrock(script);
  return rig;
}

function chunk(json: string): Buffer {
  return event('chunk', { bytes: Buffer.from(json).toString('base64'), p: 'abcd' });
}

const OPERATION = 'invoke-with-response-stream';

describe('event streams of Claude', () => {
  const messages = [
    '{"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":1}}}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"漢字 \\n"}}',
    '{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"n\\":1.0}"}}',
    '{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":12345678901234567890}}',
  ];
  const expected = messages.map((json) => `event: ${JSON.parse(json).type}\ndata: ${json}\n\n`).join('');

  it('become server-sent events with the bytes of each chunk, wherever they are cut', async () => {
    const bytes = Buffer.concat(messages.map(chunk));
    const { send } = await start(async ({ nth }, reply) => {
      await reply.head(200, { ...STREAM_HEADERS, 'content-length': String(bytes.length) });
      if (nth === 1) await reply.send(bytes);
      else for (const byte of bytes) await reply.send(Buffer.of(byte));
    });
    for (let way = 0; way < 2; way++) {
      const answer = await send(OPERATION);
      assert.ok(answer.type === 'answer');
      assert.equal(answer.headers['content-type'], 'text/event-stream');
      assert.deepEqual(await drain(answer), { text: expected, end: 'end' });
    }
  });

  it('cut at any byte never look like their end', async () => {
    const bytes = Buffer.concat(messages.map(chunk));
    const { send } = await start(async ({ path }, reply) => {
      await reply.head(200, { ...STREAM_HEADERS, 'transfer-encoding': 'chunked' });
      await reply.chunk(bytes.subarray(0, Number(/model\/at-(\d+)/.exec(path)![1])));
      reply.cut();
    });
    for (let length = 1; length < bytes.length; length += 7) {
      const { url } = rig!.request(OPERATION);
      const answer = await send(OPERATION, '{}', { url: url.replace(/model\/[^/]+/, `model/at-${length}`) });
      const { text, end } = await drain(answer);
      assert.ok(expected.startsWith(text), `${length}`);
      assert.ok(end !== 'end' && end.reason === 'reset', `${length}`);
    }
  });

  for (const [name, type] of [
    ['throttlingException', 'rate_limit_error'],
    ['serviceUnavailableException', 'overloaded_error'],
    ['modelTimeoutException', 'timeout_error'],
    ['validationException', 'invalid_request_error'],
    ['internalServerException', 'api_error'],
    ['modelStreamErrorException', 'api_error'],
  ] as const) {
    it(`that end with ${name} tell it as the format’s own ${type}`, async () => {
      const bytes = Buffer.concat([chunk(messages[0]!), exception(name, { message: 'what happened' })]);
      const { send } = await start((_request, reply) => reply.answer(200, bytes, STREAM_HEADERS));
      const { text, end } = await drain(await send(OPERATION));
      const [, last] = text.split('event: error\n');
      assert.equal(last, `data: {"type":"error","error":{"type":"${type}","message":"what happened"}}\n\n`);
      assert.equal(end, 'end');
    });
  }

  it('that end with an error nobody modelled tell its code', async () => {
    const error = eventFrame(
      { ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'no' },
      '',
    );
    const { send } = await start((_request, reply) => reply.answer(200, error, STREAM_HEADERS));
    const { text } = await drain(await send(OPERATION));
    assert.equal(
      text,
      'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"no"}}\n\n',
    );
  });

  it('with a chunk that is no JSON are broken', async () => {
    const { send } = await start((_request, reply) => reply.answer(200, chunk('{'), STREAM_HEADERS));
    const { end } = await drain(await send(OPERATION));
    assert.ok(end !== 'end' && end.reason === 'reset' && end.sent);
  });
});

describe('one call for each of a list', () => {
  const list = (count: number) =>
    JSON.stringify({
      requests: Array.from({ length: count }, (_, index) => ({ inputText: `text ${index}` })),
    });
  const textOf = ({ body }: RawRequest): string => JSON.parse(body.toString()).inputText;

  it('joins the answers in the order of the requests, with their bytes and the sum of their tokens', async () => {
    const { send, server } = await start((request, reply) =>
      reply.answer(200, `{"embedding":[${textOf(request).slice(5)}, 1.0]}`, {
        'content-type': 'application/json',
        'x-amzn-bedrock-input-token-count': '3',
      }),
    );
    const answer = await send('invoke-each', list(20));
    assert.ok(answer.type === 'answer');
    assert.equal(answer.headers['x-amzn-bedrock-input-token-count'], '60');
    const { text } = await drain(answer);
    const embeddings = Array.from({ length: 20 }, (_, index) => `{"embedding":[${index}, 1.0]}`);
    assert.equal(text, `{"responses":[${embeddings.join(',')}]}`);
    assert.equal(server.requests.length, 20);
    assert.deepEqual(
      new Set(server.requests.map(({ path }) => path)),
      new Set(['/model/eu.amazon.nova-lite-v1%3A0/invoke']),
    );
  });

  it('leaves the sum out where one answer has no count', async () => {
    const { send } = await start((request, reply) =>
      reply.json(200, {}, textOf(request) === 'text 1' ? {} : { 'x-amzn-bedrock-input-token-count': '3' }),
    );
    const answer = await send('invoke-each', list(2));
    assert.ok(answer.type === 'answer');
    assert.equal(answer.headers['x-amzn-bedrock-input-token-count'], undefined);
  });

  it('has a few calls under way at a time', async () => {
    const waiting: RawReply[] = [];
    const { upstream, request, server } = await start((_request, reply) => {
      waiting.push(reply);
    });
    const call = upstream.send(request('invoke-each', list(30)));
    for (let done = 0; done < 30; done++) {
      await server.arrived(Math.min(30, done + 8));
      assert.ok(server.requests.length - done <= 8);
      await waiting[done]!.json(200, {});
    }
    assert.equal((await call.answer).type, 'answer');
  });

  it('answers the error itself where nothing was billed before it', async () => {
    const { send, server } = await start((_request, reply) =>
      reply.json(403, { message: 'no' }, { 'x-amzn-errortype': 'AccessDeniedException' }),
    );
    const answer = await send('invoke-each', list(1));
    assert.ok(answer.type === 'answer');
    assert.equal(answer.status, 403);
    assert.equal(answer.headers['x-amzn-errortype'], 'AccessDeniedException');
    assert.deepEqual(await drain(answer), { text: '{"message":"no"}', end: 'end' });
    assert.equal(server.requests.length, 1);
  });

  it('fails as a whole where a call failed after others were billed, and starts no more', async () => {
    const { send, server } = await start(async (request, reply) => {
      const text = textOf(request);
      if (text !== 'text 9') return reply.json(200, {});
      await server.arrived(10);
      return reply.json(429, { message: 'slow down' }, { 'x-amzn-errortype': 'ThrottlingException' });
    });
    const answer = await send('invoke-each', list(200));
    assert.ok(answer.type === 'failure');
    assert.equal(answer.sent, true);
    assert.match(
      answer.detail,
      /of 200 calls may have been billed when one failed: HTTP 429 ThrottlingException/,
    );
    assert.ok(server.requests.length < 200);
  });

  it('gives all of them up together', async () => {
    const closed: Promise<void>[] = [];
    const { upstream, request, server } = await start((_request, reply) => {
      closed.push(reply.closed);
    });
    const call = upstream.send(request('invoke-each', list(3)));
    await server.arrived(3);
    call.cancel();
    const answer = await call.answer;
    assert.ok(answer.type === 'failure' && answer.sent && answer.reason === 'cancelled');
    await Promise.all(closed);
  });

  it('refuses a body without a list before anything is sent', async () => {
    const { send, server } = await start((_request, reply) => reply.json(200, {}));
    for (const body of ['{"inputText":"a"}', '{', '[]']) {
      const answer = await send('invoke-each', body);
      assert.ok(answer.type === 'failure' && !answer.sent, body);
    }
    assert.equal(server.requests.length, 0);
  });
});

describe('counting the tokens of a request of the Messages format', () => {
  it('wraps the request and answers in that format’s words', async () => {
    const { send, server } = await start((_request, reply) => reply.json(200, { inputTokens: 42 }));
    const body = '{"messages":[{"n":1.0}],"max_tokens":8192}';
    const answer = await send('messages-count-tokens', body);
    assert.deepEqual(await drain(answer), { text: '{"input_tokens":42}', end: 'end' });
    const [request] = server.requests;
    assert.equal(request!.path, '/model/eu.amazon.nova-lite-v1%3A0/count-tokens');
    const wrapped = JSON.parse(request!.body.toString());
    assert.equal(Buffer.from(wrapped.input.invokeModel.body, 'base64').toString(), body);
  });

  it('passes errors on as they are', async () => {
    const { send } = await start((_request, reply) =>
      reply.json(400, { message: 'no' }, { 'x-amzn-errortype': 'ValidationException' }),
    );
    const answer = await send('messages-count-tokens', '{}');
    assert.ok(answer.type === 'answer');
    assert.equal(answer.status, 400);
    assert.equal(answer.headers['x-amzn-errortype'], 'ValidationException');
    assert.deepEqual(await drain(answer), { text: '{"message":"no"}', end: 'end' });
  });
});
