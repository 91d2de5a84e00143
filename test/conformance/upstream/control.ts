import assert from 'node:assert/strict';
import { it } from 'node:test';
import { drain, FAR, isAnswer, isFailure, post, standstill, type WithServer } from './kit.ts';

export function control(withServer: WithServer): void {
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
