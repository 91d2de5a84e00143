import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import { createUndiciUpstream } from '../../../../lambda/adapters/node/upstream-undici.ts';
import {
  type BedrockRig,
  drain,
  recordedStreams,
  STREAM_HEADERS,
  startBedrock,
  TEST_CREDENTIALS,
} from '../../../support/bedrock.ts';
import { event } from '../../../support/event-stream.ts';
import type { RawRequest, RawScript } from '../../../support/raw-upstream.ts';

let rig: BedrockRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

async function start(script: RawScript, options?: Parameters<typeof startBedrock>[1]): Promise<BedrockRig> {
  rig = await startBedrock(script, options);
  return rig;
}

/** The signature that a request must carry, worked out from what arrived. Source: AWS, "Signature Version 4". */
function signatureOf({ method, path, headers, body }: RawRequest): string {
  const [, scope, names] = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+)/.exec(
    headers['authorization']!,
  )!;
  const hash = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
  const hmac = (key: string | Uint8Array, data: string) => createHmac('sha256', key).update(data).digest();
  const canonical = [
    method,
    // Each segment is encoded once more than on the wire.
    path.split('/').map(encodeURIComponent).join('/'),
    '',
    ...names!.split(';').map((name) => `${name}:${headers[name]}`),
    '',
    names,
    hash(body),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = scope!.split('/').reduce<string | Buffer>(hmac, `AWS4${TEST_CREDENTIALS.secretAccessKey}`);
  return hmac(key, text).toString('hex');
}

const ok: RawScript = (_request, reply) => reply.json(200, { output: {} });

describe('Bedrock requests through AWS’s client', () => {
  it('go to the operation’s path with our own bytes, signed for the region and service', async () => {
    const { send, server } = await start(ok);
    const body = '{"messages":[{"n":12345678901234567890, "x":1.0,"y":-0}]}';
    await send('converse', body);
    const [request] = server.requests;
    assert.equal(request!.method, 'POST');
    assert.equal(request!.path, '/model/eu.amazon.nova-lite-v1%3A0/converse');
    assert.equal(request!.body.toString(), body);
    assert.equal(request!.headers['content-type'], 'application/json');
    assert.equal(request!.headers['x-amz-security-token'], 'session');
    assert.match(
      request!.headers['authorization']!,
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=[^,]*host[^,]*, Signature=[0-9a-f]{64}$/,
    );
    assert.equal(request!.headers['aws-region'], undefined);
    assert.equal(signatureOf(request!), /Signature=(.+)$/.exec(request!.headers['authorization']!)![1]);
  });

  it('go through undici as well', async () => {
    const http = createUndiciUpstream();
    const { send, server } = await start(ok, { http });
    const { end } = await drain(await send('converse', '{"a":1.0}'));
    assert.equal(end, 'end');
    const [request] = server.requests;
    assert.equal(request!.body.toString(), '{"a":1.0}');
    assert.equal(signatureOf(request!), /Signature=(.+)$/.exec(request!.headers['authorization']!)![1]);
    await http.close();
  });

  it('keep the id of a model that is an ARN in one segment', async () => {
    const { send, server, request } = await start(ok);
    const arn = 'arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/a1b2c3';
    const url = `${server.url}/model/${encodeURIComponent(arn)}/converse`;
    await send('converse', '{}', { ...request('converse'), url });
    assert.equal(server.requests[0]!.path, `/model/${encodeURIComponent(arn)}/converse`);
  });

  it('carry an API key instead of a signature where the provider has one', async () => {
    const { send, server, request } = await start(ok);
    const headers = { ...request('converse').headers, authorization: 'Bearer bedrock-api-key-1' };
    await send('converse', '{}', { headers });
    await send('converse', '{}');
    assert.equal(server.requests[0]!.headers['authorization'], 'Bearer bedrock-api-key-1');
    assert.match(server.requests[1]!.headers['authorization']!, /^AWS4-HMAC-SHA256 /);
  });

  for (const operation of ['invoke', 'invoke-with-response-stream', 'converse-stream', 'count-tokens']) {
    it(`send the bytes of ${operation} as JSON`, async () => {
      const { send, server } = await start(ok);
      await send(operation, '{"a":1.0}');
      const [request] = server.requests;
      assert.equal(request!.path, `/model/eu.amazon.nova-lite-v1%3A0/${operation}`);
      assert.equal(request!.body.toString(), '{"a":1.0}');
      assert.equal(request!.headers['content-type'], 'application/json');
    });
  }

  it('fail unsent where there are no credentials, and the upstream says so until they may be there again', async () => {
    const credentials = () => Promise.reject(new Error('Could not load credentials from any providers'));
    const { send, upstream, server } = await start(ok, { credentials });
    assert.equal(upstream.unusable?.(), undefined);
    const answer = await send('converse');
    assert.deepEqual(
      { ...answer, detail: undefined },
      { type: 'failure', reason: 'connect', sent: false, detail: undefined },
    );
    assert.match(answer.type === 'failure' ? answer.detail : '', /Could not load credentials/);
    assert.match(upstream.unusable?.() ?? '', /no AWS credentials/);
    assert.equal(server.requests.length, 0);
  });

  it('fail unsent where credentials take longer than a connection may', async () => {
    const { send, server } = await start(ok, { credentials: () => new Promise(() => undefined) });
    const answer = await send('converse', '{}', { connectMs: 20 });
    assert.equal(answer.type, 'failure');
    assert.ok(answer.type === 'failure' && answer.reason === 'connect' && !answer.sent);
    assert.equal(server.requests.length, 0);
  });

  it('are given up before they are signed', async () => {
    const { upstream, request, server } = await start(ok, {
      credentials: () => new Promise(() => undefined),
    });
    const call = upstream.send(request('converse'));
    call.cancel();
    const answer = await call.answer;
    assert.ok(answer.type === 'failure' && answer.reason === 'cancelled' && !answer.sent);
    assert.equal(server.requests.length, 0);
  });

  it('refuse an address that is no operation', async () => {
    const { send } = await start(ok);
    for (const operation of ['chat/completions', 'invoke-with-bidirectional-stream']) {
      const answer = await send(operation);
      assert.ok(answer.type === 'failure' && answer.reason === 'protocol' && !answer.sent, operation);
    }
  });

  it('are answered as failures once the upstream is closed', async () => {
    const { upstream, send } = await start(ok);
    await upstream.close();
    const answer = await send('converse');
    assert.ok(answer.type === 'failure' && answer.reason === 'connect');
  });
});

describe('whole answers of Bedrock', () => {
  it('come back with their own bytes, headers and status', async () => {
    const body =
      '{"output":{"message":{"content":[{"toolUse":{"input":{"n":12345678901234567890,"x":1.0}}}]}}}';
    const { send } = await start((_request, reply) =>
      reply.answer(200, body, { 'content-type': 'application/json', 'x-amzn-requestid': 'r-1' }),
    );
    const answer = await send('converse');
    assert.ok(answer.type === 'answer');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-amzn-requestid'], 'r-1');
    assert.deepEqual(await drain(answer), { text: body, end: 'end' });
  });

  it('come back as errors with the name of the exception, and are not tried again', async () => {
    const { send, server } = await start((_request, reply) =>
      reply.json(
        429,
        { message: 'Too many tokens' },
        { 'x-amzn-errortype': 'ThrottlingException:http://x/' },
      ),
    );
    for (const operation of ['converse', 'converse-stream', 'invoke', 'invoke-with-response-stream']) {
      const answer = await send(operation);
      assert.ok(answer.type === 'answer');
      assert.equal(answer.status, 429);
      assert.equal(answer.headers['x-amzn-errortype'], 'ThrottlingException:http://x/');
      assert.deepEqual(await drain(answer), { text: '{"message":"Too many tokens"}', end: 'end' });
    }
    assert.equal(server.requests.length, 4);
  });

  it('that never begin fail after the time for a head, as sent', async () => {
    const { send } = await start(() => undefined);
    const answer = await send('converse', '{}', { headMs: 30 });
    assert.ok(answer.type === 'failure' && answer.reason === 'timeout' && answer.sent);
  });

  it('that are given up close their connection', async () => {
    const closed = Promise.withResolvers<void>();
    const { upstream, request, server } = await start((_request, reply) => {
      void reply.closed.then(() => closed.resolve());
    });
    const call = upstream.send(request('converse'));
    await server.arrived(1);
    call.cancel();
    const answer = await call.answer;
    assert.ok(answer.type === 'failure' && answer.reason === 'cancelled' && answer.sent);
    await closed.promise;
  });
});

describe('event streams of ConverseStream', () => {
  const CUT = new Set(['synthetic/bedrock-stream-bad-crc#01', 'synthetic/bedrock-stream-cut#01']);

  for (const { name, bytes, events } of recordedStreams()) {
    if (CUT.has(name)) continue;
    it(`become lines of JSON whole and byte by byte: ${name}`, async () => {
      const { send } = await start(async ({ nth }, reply) => {
        await reply.head(200, { ...STREAM_HEADERS, 'content-length': String(bytes.length) });
        if (nth === 1) await reply.send(bytes);
        // Written one by one: how they arrive is up to the kernel, and where they are cut must not matter.
        else for (const byte of bytes) await reply.send(Buffer.of(byte));
      });
      const expected = events.map(({ headers, payload }) => {
        const type = headers[':event-type'] ?? headers[':exception-type'];
        if (type !== undefined) return { [type]: payload };
        return { [headers[':error-code']!]: { message: headers[':error-message'] } };
      });
      for (const way of ['whole', 'byte by byte']) {
        const answer = await send('converse-stream');
        assert.ok(answer.type === 'answer');
        assert.equal(answer.headers['content-type'], 'application/x-ndjson');
        const { text, end } = await drain(answer);
        assert.equal(end, 'end');
        assert.deepEqual(
          text
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line)),
          expected,
          way,
        );
      }
    });
  }

  it('keep the payload’s own bytes, on one line', async () => {
    const payload =
      '{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\\"n\\":1"}},\n "x":12345678901234567890}';
    const bytes = event('contentBlockDelta', payload);
    const { send } = await start(async (_request, reply) => reply.answer(200, bytes, STREAM_HEADERS));
    const { text } = await drain(await send('converse-stream'));
    assert.equal(text, `{"contentBlockDelta":${payload.replace('\n', ' ')}}\n`);
  });

  it('that end within a frame, or with a wrong sum, are cuts after what came before', async () => {
    for (const { name, bytes } of recordedStreams().filter((each) => CUT.has(each.name))) {
      await rig?.close();
      const { send } = await start((_request, reply) => reply.answer(200, bytes, STREAM_HEADERS));
      const { text, end } = await drain(await send('converse-stream'));
      assert.match(text, /^\{"messageStart":/, name);
      assert.ok(end !== 'end', name);
      assert.equal(end.reason, 'reset', name);
      assert.equal(end.sent, true, name);
    }
  });

  it('whose connection dies are cuts, even between two frames', async () => {
    const { send } = await start(async (_request, reply) => {
      await reply.head(200, { ...STREAM_HEADERS, 'transfer-encoding': 'chunked' });
      await reply.chunk(event('messageStart', { role: 'assistant' }));
      reply.cut();
    });
    const { text, end } = await drain(await send('converse-stream'));
    assert.equal(text, '{"messageStart":{"role":"assistant"}}\n');
    assert.ok(end !== 'end' && end.reason === 'reset' && end.sent);
  });

  it('tell their status and headers before their first frame', async () => {
    const { send } = await start(async (_request, reply) => {
      await reply.head(200, { ...STREAM_HEADERS, 'x-amzn-requestid': 'r-2', 'transfer-encoding': 'chunked' });
    });
    const answer = await send('converse-stream', '{}');
    assert.ok(answer.type === 'answer');
    assert.equal(answer.headers['x-amzn-requestid'], 'r-2');
  });

  it('that fall silent fail after the time between two pieces', async () => {
    const { send } = await start(async (_request, reply) => {
      await reply.head(200, { ...STREAM_HEADERS, 'transfer-encoding': 'chunked' });
      await reply.chunk(event('messageStart', { role: 'assistant' }));
    });
    const { end } = await drain(await send('converse-stream', '{}', { idleMs: 30 }));
    assert.ok(end !== 'end' && end.reason === 'timeout' && end.sent);
  });

  it('that are given up end a pending read and every later one as cancelled', async () => {
    const { upstream, request } = await start(async (_request, reply) => {
      await reply.head(200, { ...STREAM_HEADERS, 'transfer-encoding': 'chunked' });
      await reply.chunk(event('messageStart', { role: 'assistant' }));
    });
    const call = upstream.send(request('converse-stream'));
    const answer = await call.answer;
    assert.ok(answer.type === 'answer');
    await answer.read();
    const pending = answer.read();
    call.cancel();
    for (const end of [await pending, await answer.read()]) {
      assert.ok(end !== 'end' && 'type' in end && end.reason === 'cancelled');
    }
  });

  it('are not read ahead of their reader', async () => {
    const frame = event('contentBlockDelta', {
      contentBlockIndex: 0,
      delta: { text: 'x'.repeat(64 * 1024) },
    });
    const frames = 600;
    let written = 0;
    const { send } = await start(async (_request, reply) => {
      await reply.head(200, { ...STREAM_HEADERS, 'content-length': String(frame.length * frames) });
      for (let count = 0; count < frames; count++) {
        await reply.send(frame);
        written += 1;
      }
    });
    const answer = await send('converse-stream');
    assert.ok(answer.type === 'answer');
    await answer.read();
    // A server that could write on while nobody reads would be done after this many turns of the loop.
    for (let turn = 0; turn < 2_000; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(written < frames, `${written} of ${frames} frames were taken`);
    const { end } = await drain(answer);
    assert.equal(end, 'end');
    assert.equal(written, frames);
  });
});
