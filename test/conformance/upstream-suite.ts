import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import tls from 'node:tls';
import type {
  Upstream,
  UpstreamAnswer,
  UpstreamFailure,
  UpstreamRequest,
} from '../../lambda/ports/upstream.ts';
import {
  type RawReply,
  type RawScript,
  type RawUpstream,
  startRawUpstream,
} from '../support/raw-upstream.ts';
import { selfSigned } from '../support/self-signed.ts';

const FAR = 60_000;

function post(url: string, over: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    method: 'POST',
    url: `${url}/v1/chat/completions?a=b`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"a":1}'),
    connectMs: FAR,
    headMs: FAR,
    idleMs: FAR,
    ...over,
  };
}

function isAnswer(got: UpstreamAnswer | UpstreamFailure): UpstreamAnswer {
  if (got.type !== 'answer') assert.fail(JSON.stringify(got));
  return got;
}

function isFailure(got: unknown): UpstreamFailure {
  if (typeof got === 'object' && got !== null && 'type' in got && got.type === 'failure') {
    return got as UpstreamFailure;
  }
  return assert.fail(`no failure: ${String(got)}`);
}

async function drain(
  answer: UpstreamAnswer,
): Promise<{ text: string; pieces: number; end: 'end' | UpstreamFailure }> {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece = await answer.read();
    if (!(piece instanceof Uint8Array)) {
      return { text: Buffer.concat(pieces).toString(), pieces: pieces.length, end: piece };
    }
    pieces.push(piece);
  }
}

/** A whole call, and the turns of the event loop after which its connection is free again. */
async function whole(
  upstream: Upstream,
  url: string,
): Promise<{ text: string; end: 'end' | UpstreamFailure }> {
  const got = await drain(isAnswer(await upstream.send(post(url)).answer));
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return got;
}

/** Waits until `progress` stays the same over many turns of the event loop: causality, no clock. */
async function standstill(progress: () => number): Promise<void> {
  let last = -1;
  for (let quiet = 0; quiet < 1_000; quiet += 1) {
    if (progress() !== last) quiet = 0;
    last = progress();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The contract of `Upstream`, the same for every client. */
export function upstreamSuite(name: string, create: () => Upstream): void {
  describe(name, () => {
    const open: { close(): Promise<void> }[] = [];
    after(() => Promise.all(open.map((each) => each.close())));

    /** An upstream that is closed after the suite, whatever becomes of its test. */
    function tracked(): Upstream {
      const upstream = create();
      open.push(upstream);
      return upstream;
    }

    async function withServer(
      script: RawScript,
      pair?: KeyPair,
    ): Promise<{ upstream: Upstream; server: RawUpstream }> {
      const server = await startRawUpstream(script, pair);
      open.push(server);
      return { upstream: tracked(), server };
    }

    describe('an answer', () => answers(withServer));
    describe('a failure', () => failures(withServer, tracked));
    describe('backpressure and cancelling', () => control(withServer));
    describe('a reused connection', () => reuse(withServer));
    describe('TLS', () => encryption(withServer));
  });
}

type KeyPair = { readonly key: string; readonly cert: string };
type WithServer = (script: RawScript, pair?: KeyPair) => Promise<{ upstream: Upstream; server: RawUpstream }>;

function answers(withServer: WithServer): void {
  it('carries status, lower-case headers with repeats joined, and the body', async () => {
    const { upstream, server } = await withServer(async (_, reply) => {
      await reply.head(200, { 'X-A': ['1', '2'], 'Retry-After': ['3', '4'], 'Content-Length': '5' });
      await reply.send('hello');
    });
    const answer = isAnswer(await upstream.send(post(server.url)).answer);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-a'], '1, 2');
    assert.equal(answer.headers['retry-after'], '3, 4');
    assert.deepEqual(await drain(answer), { text: 'hello', pieces: 1, end: 'end' });
    assert.equal(await answer.read(), 'end');
  });

  it('sends method, path with query, headers, body with its length, and asks for no compression', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.json(200, {}));
    isAnswer(await upstream.send(post(server.url, { headers: { authorization: 'Bearer k' } })).answer);
    const [request] = server.requests;
    assert.equal(request?.method, 'POST');
    assert.equal(request?.path, '/v1/chat/completions?a=b');
    assert.equal(request?.headers['authorization'], 'Bearer k');
    assert.equal(request?.headers['accept-encoding'], 'identity');
    assert.equal(request?.headers['content-length'], '7');
    assert.equal(request?.headers['host'], `127.0.0.1:${server.port}`);
    assert.equal(request?.body.toString(), '{"a":1}');
  });

  it('can be asked for without a body', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.json(200, []));
    const call = upstream.send(post(server.url, { method: 'GET', body: undefined }));
    assert.equal((await drain(isAnswer(await call.answer))).text, '[]');
    assert.equal(server.requests[0]?.method, 'GET');
    assert.equal(server.requests[0]?.headers['content-length'], undefined);
  });

  it('is an answer whatever its status', async () => {
    const { upstream, server } = await withServer((request, reply) =>
      reply.json(Number(request.path.slice(1)), { error: {} }),
    );
    for (const status of [400, 401, 404, 429, 500, 503, 529]) {
      const answer = isAnswer(
        await upstream.send(post(server.url, { url: `${server.url}/${status}` })).answer,
      );
      assert.equal(answer.status, status);
      assert.equal((await drain(answer)).text, '{"error":{}}');
    }
  });

  it('comes after informational heads, which count for nothing', async () => {
    const { upstream, server } = await withServer(async (_, reply) => {
      await reply.send('HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
      await reply.json(200, 1);
    });
    const answer = isAnswer(await upstream.send(post(server.url)).answer);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['link'], undefined);
    assert.equal((await drain(answer)).text, '1');
  });

  it('gives each piece as soon as it arrives', async () => {
    const next: (() => void)[] = [];
    const { upstream, server } = await withServer(async (_, reply) => {
      await reply.sse();
      for (const text of ['one', 'two', 'three']) {
        await reply.chunk(text);
        await new Promise<void>((resolve) => next.push(resolve));
      }
      await reply.finish();
    });
    const answer = isAnswer(await upstream.send(post(server.url)).answer);
    // The server sends the next chunk only after this one was read.
    for (const text of ['one', 'two', 'three']) {
      assert.equal(Buffer.from((await answer.read()) as Uint8Array).toString(), text);
      while (next.length === 0) await new Promise((resolve) => setImmediate(resolve));
      next.shift()?.();
    }
    assert.equal(await answer.read(), 'end');
  });

  it('gives all bytes that have arrived in one piece, to a reader who waits and to one who comes late', async () => {
    const { upstream, server } = await withServer(async (_, reply) => {
      const burst = ['a', 'b', 'c'].map((text) => `1\r\n${text}\r\n`).join('');
      await reply.sse();
      await reply.send(burst);
      await reply.send(`${burst}0\r\n\r\n`);
    });
    const answer = isAnswer(await upstream.send(post(server.url)).answer);
    const read = await drain(answer);
    assert.equal(read.text, 'abcabc');
    assert.ok(read.pieces <= 2, `${read.pieces} pieces`);
  });

  it('that ends with the connection ends cleanly', async () => {
    const { upstream, server } = await withServer(async (_, reply) => {
      await reply.head(200, { connection: 'close' });
      await reply.send('until the end');
      reply.cut();
    });
    const answer = isAnswer(await upstream.send(post(server.url)).answer);
    assert.deepEqual((await drain(answer)).end, 'end');
  });

  it('without a body ends at once', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.head(204));
    const answer = isAnswer(await upstream.send(post(server.url)).answer);
    assert.equal(answer.status, 204);
    assert.equal(await answer.read(), 'end');
  });
}

function failures(withServer: WithServer, create: () => Upstream): void {
  async function cutBy(how: (reply: RawReply) => Promise<void>): Promise<{ text: string; end: unknown }> {
    const { upstream, server } = await withServer((_, reply) => how(reply));
    const answer = isAnswer(await upstream.send(post(server.url)).answer);
    return await drain(answer);
  }

  it('is reported after the bytes that came before a body shorter than announced', async () => {
    const got = await cutBy(async (reply) => {
      await reply.head(200, { 'content-length': '100' });
      await reply.send('part');
      reply.cut();
    });
    assert.equal(got.text, 'part');
    assert.deepEqual([isFailure(got.end).reason, isFailure(got.end).sent], ['reset', true]);
  });

  it('is reported for chunks without an end', async () => {
    const got = await cutBy(async (reply) => {
      await reply.sse();
      await reply.chunk('part');
      reply.cut();
    });
    assert.equal(got.text, 'part');
    assert.deepEqual([isFailure(got.end).reason, isFailure(got.end).sent], ['reset', true]);
  });

  it('is reported for chunks without an end on a connection that was to close', async () => {
    const got = await cutBy(async (reply) => {
      await reply.sse({ connection: 'close' });
      await reply.chunk('part');
      reply.cut();
    });
    assert.equal(got.text, 'part');
    assert.equal(isFailure(got.end).reason, 'reset');
  });

  it('is reported for a reset within the body', async () => {
    const { upstream, server } = await withServer(async (request, reply) => {
      await reply.sse();
      await reply.chunk('part');
      await new Promise<void>((resolve) => release.push(resolve));
      assert.equal(request.nth, 1);
      reply.reset();
    });
    const release: (() => void)[] = [];
    const answer = isAnswer(await upstream.send(post(server.url)).answer);
    assert.equal(Buffer.from((await answer.read()) as Uint8Array).toString(), 'part');
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    release[0]?.();
    const end = isFailure(await answer.read());
    assert.deepEqual([end.reason, end.sent], ['reset', true]);
    assert.deepEqual(await answer.read(), end);
  });

  it('is a broken protocol when the bytes are no HTTP', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.send('220 smtp ready\r\n\r\n'));
    const failure = isFailure(await upstream.send(post(server.url)).answer);
    assert.deepEqual([failure.reason, failure.sent], ['protocol', true]);
  });

  it('says that nothing was sent when nobody listens', async () => {
    const server = await startRawUpstream(() => undefined);
    await server.close();
    const upstream = create();
    const failure = isFailure(await upstream.send(post(server.url)).answer);
    assert.deepEqual([failure.reason, failure.sent], ['connect', false]);
    assert.match(failure.detail, /ECONNREFUSED/);
  });

  it('says that nothing was sent when the name does not resolve', async () => {
    const upstream = create();
    const failure = isFailure(await upstream.send(post('http://nowhere.invalid')).answer);
    assert.deepEqual([failure.reason, failure.sent], ['connect', false]);
  });

  it('says that nothing was sent when the URL or a header cannot be sent', async () => {
    const upstream = create();
    for (const request of [
      post('ftp://127.0.0.1'),
      post('http://127.0.0.1:1', { headers: { a: 'b\r\nc: d' } }),
    ]) {
      assert.equal(isFailure(await upstream.send(request).answer).sent, false);
    }
  });

  it('is a failed connection when it does not stand within connectMs', async () => {
    // A TLS client waits for a handshake that this server never begins.
    const { upstream, server } = await withServer(() => undefined);
    const call = upstream.send(post(`https://127.0.0.1:${server.port}`, { connectMs: 20 }));
    const failure = isFailure(await call.answer);
    assert.deepEqual([failure.reason, failure.sent], ['connect', false]);
  });

  it('is a timeout after the request was sent when no head comes within headMs', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.closed);
    const failure = isFailure(await upstream.send(post(server.url, { headMs: 20 })).answer);
    assert.deepEqual([failure.reason, failure.sent], ['timeout', true]);
  });

  it('is a timeout when the body falls silent for idleMs, and the upstream sees the end', async () => {
    const closed = Promise.withResolvers<void>();
    const { upstream, server } = await withServer(async (_, reply) => {
      await reply.sse();
      await reply.chunk('part');
      await reply.closed;
      closed.resolve();
    });
    const answer = isAnswer(await upstream.send(post(server.url, { idleMs: 20 })).answer);
    const got = await drain(answer);
    assert.equal(got.text, 'part');
    assert.deepEqual([isFailure(got.end).reason, isFailure(got.end).sent], ['timeout', true]);
    await closed.promise;
  });

  it('on a new connection after the request was sent is never sent again', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.reset());
    const failure = isFailure(await upstream.send(post(server.url)).answer);
    assert.deepEqual([failure.reason, failure.sent], ['reset', true]);
    assert.equal(server.requests.length, 1);
  });

  it('is what a closed upstream answers, without a connection', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.json(200, 1));
    await upstream.close();
    const failure = isFailure(await upstream.send(post(server.url)).answer);
    assert.equal(failure.sent, false);
    assert.equal(server.connections(), 0);
  });
}

function control(withServer: WithServer): void {
  it('a body that is not read holds the upstream back, and all of it comes once it is read', async () => {
    const size = 64 * 1024;
    const total = 1_000;
    let written = 0;
    const { upstream, server } = await withServer(async (_, reply) => {
      await reply.head(200, { 'content-length': String(size * total) });
      for (let index = 0; index < total; index += 1) {
        await reply.send(Buffer.alloc(size, index));
        written += 1;
      }
    });
    const answer = isAnswer(await upstream.send(post(server.url, { idleMs: FAR })).answer);
    await standstill(() => written);
    assert.ok(written < total, 'the server could write everything although nobody read');
    let bytes = 0;
    let piece = await answer.read();
    for (; piece instanceof Uint8Array; piece = await answer.read()) bytes += piece.length;
    assert.equal(piece, 'end');
    assert.equal(bytes, size * total);
  });

  it("a reader's own pause is no silence of the upstream", async () => {
    const size = 1024 * 1024;
    const { upstream, server } = await withServer((_, reply) => reply.answer(200, Buffer.alloc(size)));
    const answer = isAnswer(await upstream.send(post(server.url, { idleMs: 20 })).answer);
    // Longer than idleMs, by a timer that was set after the call's own.
    await new Promise((resolve) => setTimeout(resolve, 60));
    const got = await drain(answer);
    assert.equal(got.end, 'end');
    assert.equal(got.text.length, size);
  });

  it('cancel before the answer closes the connection, which the upstream sees', async () => {
    const closed = Promise.withResolvers<void>();
    const { upstream, server } = await withServer(async (_, reply) => {
      await reply.closed;
      closed.resolve();
    });
    const call = upstream.send(post(server.url));
    await server.arrived(1);
    call.cancel();
    const failure = isFailure(await call.answer);
    assert.deepEqual([failure.reason, failure.sent], ['cancelled', true]);
    await closed.promise;
  });

  it('cancel before a connection sends nothing', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.json(200, 1));
    const call = upstream.send(post(server.url));
    call.cancel();
    const failure = isFailure(await call.answer);
    assert.deepEqual([failure.reason, failure.sent], ['cancelled', false]);
    await drain(isAnswer(await upstream.send(post(server.url)).answer));
    assert.equal(server.requests.length, 1);
  });

  it('cancel within the body ends a pending read and closes the connection', async () => {
    const closed = Promise.withResolvers<void>();
    const { upstream, server } = await withServer(async (_, reply) => {
      await reply.sse();
      await reply.chunk('part');
      await reply.closed;
      closed.resolve();
    });
    const call = upstream.send(post(server.url));
    const answer = isAnswer(await call.answer);
    await answer.read();
    const pending = answer.read();
    call.cancel();
    assert.equal(isFailure(await pending).reason, 'cancelled');
    assert.equal(isFailure(await answer.read()).reason, 'cancelled');
    await closed.promise;
  });

  it('cancel after the end, or twice, does nothing more', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.json(200, 1));
    const call = upstream.send(post(server.url));
    await drain(isAnswer(await call.answer));
    call.cancel();
    call.cancel();
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await drain(isAnswer(await upstream.send(post(server.url)).answer));
    assert.equal(server.connections(), 1);
  });

  it('closing ends running calls as failures', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.closed);
    const call = upstream.send(post(server.url));
    await server.arrived(1);
    await upstream.close();
    const failure = isFailure(await call.answer);
    assert.deepEqual([failure.reason, failure.sent], ['reset', true]);
  });

  it('many calls run at a time, each on a connection of its own', async () => {
    const { upstream, server } = await withServer(async (_, reply) => {
      await server.arrived(50);
      await reply.json(200, 1);
    });
    const calls = Array.from({ length: 50 }, () => upstream.send(post(server.url)));
    for (const call of calls) assert.equal((await drain(isAnswer(await call.answer))).end, 'end');
    assert.equal(server.connections(), 50);
  });
}

function reuse(withServer: WithServer): void {
  it('serves one call after the other', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.json(200, 1));
    for (let count = 0; count < 5; count += 1) await whole(upstream, server.url);
    assert.equal(server.connections(), 1);
  });

  for (const how of ['cut', 'reset'] as const) {
    it(`that dies by a ${how} before one byte of the answer is replaced, and the call is not a failure`, async () => {
      const { upstream, server } = await withServer((request, reply) => {
        if (request.connection === 1 && request.nth === 2) return reply[how]();
        return reply.json(200, request.connection);
      });
      await whole(upstream, server.url);
      const second = await whole(upstream, server.url);
      assert.equal(second.text, '2');
      assert.deepEqual(
        server.requests.map((request) => [request.connection, request.nth, request.body.toString()]),
        [
          [1, 1, '{"a":1}'],
          [1, 2, '{"a":1}'],
          [2, 1, '{"a":1}'],
        ],
      );
    });
  }

  it('is replaced once; a new one that dies as well is a failure', async () => {
    const { upstream, server } = await withServer((_, reply) => {
      if (server.requests.length === 1) return reply.json(200, 1);
      return reply.reset();
    });
    await whole(upstream, server.url);
    const failure = isFailure(await upstream.send(post(server.url)).answer);
    assert.deepEqual([failure.reason, failure.sent], ['reset', true]);
    assert.equal(server.requests.length, 3);
  });

  it('that dies after one byte of the answer is a failure and nothing is sent again', async () => {
    const { upstream, server } = await withServer(async (request, reply) => {
      if (request.nth === 1) return reply.json(200, 1);
      await reply.send('H');
      reply.cut();
    });
    await whole(upstream, server.url);
    const failure = isFailure(await upstream.send(post(server.url)).answer);
    assert.equal(failure.sent, true);
    assert.equal(server.requests.length, 2);
  });

  it('that answers with something else than HTTP is a failure and nothing is sent again', async () => {
    const { upstream, server } = await withServer((request, reply) =>
      request.nth === 1 ? reply.json(200, 1) : reply.send('!'),
    );
    await whole(upstream, server.url);
    const failure = isFailure(await upstream.send(post(server.url)).answer);
    assert.deepEqual([failure.reason, failure.sent], ['protocol', true]);
    assert.equal(server.requests.length, 2);
  });

  it('that is cancelled or times out is not replaced', async () => {
    const { upstream, server } = await withServer((request, reply) => {
      if (request.nth === 1) return reply.json(200, 1);
      return reply.closed;
    });
    await whole(upstream, server.url);
    const failure = isFailure(await upstream.send(post(server.url, { headMs: 20 })).answer);
    assert.deepEqual([failure.reason, failure.sent], ['timeout', true]);
    assert.equal(server.requests.length, 2);
  });

  it('is never a failure over 300 calls to a server that promises keep-alive and closes after each stream', async () => {
    const { upstream, server } = await withServer(async (_, reply) => {
      await reply.sse({ 'keep-alive': 'timeout=5, max=100' });
      await reply.chunk('data: 1\n\n');
      await reply.finish();
      reply.cut();
    });
    for (let count = 0; count < 300; count += 1) {
      // Every other call comes at once, before the client has seen that the connection closed.
      const got =
        count % 2 === 0
          ? await whole(upstream, server.url)
          : await drain(isAnswer(await upstream.send(post(server.url)).answer));
      assert.deepEqual([got.text, got.end], ['data: 1\n\n', 'end']);
    }
  });
}

function encryption(withServer: WithServer): void {
  it('refuses a certificate that nobody vouches for, before anything is sent', async () => {
    const { upstream, server } = await withServer((_, reply) => reply.json(200, 1), selfSigned());
    const failure = isFailure(await upstream.send(post(server.url)).answer);
    assert.deepEqual([failure.reason, failure.sent], ['connect', false]);
    assert.equal(server.requests.length, 0);
  });

  it('works over a trusted certificate, and a reused connection that the server closes is replaced', async () => {
    const pair = selfSigned();
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), pair.cert]);
    const { upstream, server } = await withServer((request, reply) => {
      if (request.connection === 1 && request.nth === 2) return reply.cut();
      return reply.json(200, request.connection);
    }, pair);
    assert.equal((await whole(upstream, server.url)).text, '1');
    assert.equal((await whole(upstream, server.url)).text, '2');
  });
}
