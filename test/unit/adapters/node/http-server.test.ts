import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { ListenError, startServer } from '../../../../lambda/adapters/node/http-server.ts';
import { answer, closeServers, later, raw, rest, serve } from '../../../support/raw-client.ts';

after(closeServers);

describe('bytes that are no request', () => {
  it('get a 400 in the shape of the OpenAI API, and a closed connection', async () => {
    const server = await serve((exchange) => answer(exchange, 200, 'ok'));
    const got = await raw(server, '\x16\x03\x01 hello\r\n\r\n');
    assert.match(got, /^HTTP\/1.1 400 Bad Request\r\n/);
    const error = JSON.parse(got.slice(got.indexOf('\r\n\r\n') + 4)).error;
    assert.deepEqual([error.type, error.param, error.code], ['invalid_request_error', null, 'invalid_http']);
  });

  it('get a 431 when the headers are too large', async () => {
    const server = await serve((exchange) => answer(exchange, 200, 'ok'));
    const got = await raw(server, `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(40_000)}\r\n\r\n`);
    assert.match(got, /^HTTP\/1.1 431 /);
    assert.match(got, /"code":"headers_too_large"/);
  });

  it('behind a request whose answer is under way only close the connection', async () => {
    const server = await serve(async (exchange) => {
      exchange.head(200, { 'content-type': 'text/event-stream' });
      await exchange.write(Buffer.from('data: 1\n\n'));
      await new Promise<void>((resolve) => exchange.onGone(resolve));
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.write('garbage\r\n\r\n');
    assert.doesNotMatch(first.toString() + (await rest(socket)), /400/);
  });

  it('leave the server alive', async () => {
    const server = await serve((exchange) => answer(exchange, 200, 'ok'));
    for (const bytes of ['\0\0\0\0', 'GET', 'POST / HTTP/9.9\r\n\r\n']) {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(bytes);
      await once(socket, 'connect');
      socket.resetAndDestroy();
    }
    assert.equal(await (await fetch(server.url)).text(), 'ok');
  });
});

describe('a server', () => {
  it('that closes refuses new connections, ends running answers and waits for their handlers', async () => {
    const release = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    let settled = false;
    const server = await serve(async (exchange) => {
      exchange.head(200, {});
      await exchange.write(Buffer.from('first '));
      started.resolve();
      await release.promise;
      await exchange.write(Buffer.from('last'));
      await exchange.end();
      await later(5);
      settled = true;
    });
    const idle = connect(server.port, '127.0.0.1');
    await once(idle, 'connect');
    const response = await fetch(server.url);
    await started.promise;
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    await assert.rejects(fetch(server.url));
    assert.equal(closed, false);
    release.resolve();
    assert.equal(await response.text(), 'first last');
    await closing;
    assert.equal(settled, true);
    await once(idle, 'close');
  });

  it('that has nothing to do closes at once, twice', async () => {
    const server = await serve((exchange) => answer(exchange, 200, 'ok'));
    await (await fetch(server.url)).text();
    await server.close();
    await server.close();
  });

  it('that closes now cuts running answers, which their handlers see as callers who went', async () => {
    const gone = Promise.withResolvers<boolean>();
    const server = await serve(async (exchange) => {
      exchange.head(200, {});
      await exchange.write(Buffer.from('first'));
      await new Promise<void>((resolve) => exchange.onGone(resolve));
      gone.resolve(exchange.gone());
    });
    const response = await fetch(server.url);
    server.closeNow();
    assert.equal(await gone.promise, true);
    await assert.rejects(response.text());
  });

  it('says in one line that its port is taken', async () => {
    const first = await serve((exchange) => answer(exchange, 200, 'ok'));
    const second = startServer({ host: '127.0.0.1', port: first.port, handle: async () => undefined });
    await assert.rejects(second, (error) => {
      assert.ok(error instanceof ListenError);
      assert.equal(error.code, 'EADDRINUSE');
      assert.equal(error.message, `cannot listen on 127.0.0.1:${first.port}: another program already does`);
      return true;
    });
  });

  it('says in one line that it may not open an address', async () => {
    const failing = startServer({ host: '192.0.2.1', port: 0, handle: async () => undefined });
    await assert.rejects(
      failing,
      /^ListenError: cannot listen on 192\.0\.2\.1:0: this machine has no such address$/,
    );
  });
});
