import assert from 'node:assert/strict';
import { it } from 'node:test';
import { drain, isAnswer, isFailure, post, type WithServer, whole } from './kit.ts';

export function reuse(withServer: WithServer): void {
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
