import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Upstream } from '../../../lambda/ports/upstream.ts';
import { type RawReply, startRawUpstream } from '../../support/raw-upstream.ts';
import { drain, isAnswer, isFailure, post, type WithServer } from './kit.ts';

export function failures(withServer: WithServer, create: () => Upstream): void {
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
