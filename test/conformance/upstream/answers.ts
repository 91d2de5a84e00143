import assert from 'node:assert/strict';
import { it } from 'node:test';
import { drain, isAnswer, post, type WithServer } from './kit.ts';

export function answers(withServer: WithServer): void {
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
