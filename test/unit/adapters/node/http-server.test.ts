import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { ListenError, type Server, startServer } from '../../../../lambda/adapters/node/http-server.ts';
import type { Exchange } from '../../../../lambda/ports/exchange.ts';
import type { TelemetryEvent } from '../../../../lambda/ports/telemetry.ts';

const open: Server[] = [];
after(() => {
  for (const server of open) server.closeNow();
});

async function serve(
  handle: (exchange: Exchange) => Promise<void>,
  events?: TelemetryEvent[],
): Promise<Server> {
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    handle,
    ...(events === undefined ? {} : { telemetry: { emit: (event) => events.push(event) } }),
  });
  open.push(server);
  return server;
}

async function answer(exchange: Exchange, status: number, text: string): Promise<void> {
  exchange.head(status, { 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(text)) });
  await exchange.write(Buffer.from(text));
  await exchange.end();
}

/** Sends raw bytes and resolves with everything that came back until the server closes. */
async function raw(server: Server, text: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(text);
  return await rest(socket);
}

async function rest(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => pieces.push(bytes));
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return Buffer.concat(pieces).toString();
}

const CLOSE = 'host: x\r\nconnection: close\r\n';

describe('a request', () => {
  it('arrives with method, path, lower-case headers and body', async () => {
    let seen: unknown;
    const server = await serve(async (exchange) => {
      const body = await exchange.body(100);
      seen = [
        exchange.method,
        exchange.path,
        exchange.headers['x-a'],
        Buffer.from(body as Uint8Array).toString(),
      ];
      await answer(exchange, 200, 'ok');
    });
    await fetch(`${server.url}/v1/a%20b?x=1`, { method: 'POST', body: 'hello', headers: { 'X-A': 'B' } });
    assert.deepEqual(seen, ['POST', '/v1/a%20b', 'B', 'hello']);
  });

  it('of a proxy client has its path without the origin', async () => {
    const paths: string[] = [];
    const server = await serve(async (exchange) => {
      paths.push(exchange.path);
      await answer(exchange, 200, 'ok');
    });
    await raw(server, `GET http://some.host/v1/models?a HTTP/1.1\r\n${CLOSE}\r\n`);
    await raw(server, `GET http://some.host HTTP/1.1\r\n${CLOSE}\r\n`);
    assert.deepEqual(paths, ['/v1/models', '/']);
  });

  it('claims the bearer token, or else the key of x-api-key, or none', async () => {
    const claims: unknown[] = [];
    const server = await serve(async (exchange) => {
      claims.push(exchange.claim);
      await answer(exchange, 200, 'ok');
    });
    const cases: Record<string, string>[] = [
      { authorization: 'Bearer one' },
      { authorization: 'bearer  two', 'x-api-key': 'other' },
      { 'x-api-key': 'three' },
      { authorization: 'Basic abc', 'x-api-key': 'four' },
      { authorization: 'Bearer' },
      {},
    ];
    for (const headers of cases) await (await fetch(server.url, { headers })).text();
    assert.deepEqual(
      claims,
      ['one', 'two', 'three', 'four', undefined, undefined].map((key) => ({ kind: 'bearer', key })),
    );
  });

  it('without a body has an empty one, at once', async () => {
    let bytes: unknown;
    const server = await serve(async (exchange) => {
      bytes = await exchange.body(0);
      await answer(exchange, 200, 'ok');
    });
    await (await fetch(server.url)).text();
    assert.deepEqual(bytes, new Uint8Array(0));
  });
});

describe('a body above the limit', () => {
  const tooLarge = async (exchange: Exchange): Promise<void> => {
    const body = await exchange.body(10);
    await answer(
      exchange,
      body === 'too_large' ? 413 : 200,
      String(body instanceof Uint8Array ? body.length : body),
    );
  };

  it('is known from its announced length before it was sent', async () => {
    const server = await serve(tooLarge);
    const socket = connect(server.port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n\r\n');
    const [head] = (await once(socket, 'data')) as [Buffer];
    assert.match(head.toString(), /^HTTP\/1.1 413 /);
    socket.destroy();
  });

  it('is known as soon as its chunks exceed it', async () => {
    const server = await serve(tooLarge);
    const socket = connect(server.port, '127.0.0.1');
    socket.write(
      'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n6\r\n123456\r\n6\r\n123456\r\n',
    );
    const [head] = (await once(socket, 'data')) as [Buffer];
    assert.match(head.toString(), /^HTTP\/1.1 413 /);
    socket.destroy();
  });

  it('still lets a client that sends all of it read its answer', async () => {
    const server = await serve(tooLarge);
    const response = await fetch(server.url, { method: 'POST', body: Buffer.alloc(8 * 1024 * 1024) });
    assert.deepEqual([response.status, await response.text()], [413, 'too_large']);
  });

  it('of exactly the limit is taken', async () => {
    const server = await serve(tooLarge);
    const response = await fetch(server.url, { method: 'POST', body: Buffer.alloc(10) });
    assert.deepEqual([response.status, await response.text()], [200, '10']);
  });

  it('is refused to a client that asks first, which then never sends it', async () => {
    const server = await serve(tooLarge);
    const got = await raw(
      server,
      'POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 11\r\n\r\n',
    );
    assert.match(got, /^HTTP\/1.1 413 /);
    assert.doesNotMatch(got, /100 Continue/);
  });

  it('below it is asked for from a client that asks first', async () => {
    const server = await serve(tooLarge);
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\n${CLOSE}expect: 100-continue\r\ncontent-length: 5\r\n\r\n`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    assert.match(first.toString(), /^HTTP\/1.1 100 Continue/);
    socket.write('12345');
    assert.match(await rest(socket), /200 OK[\s\S]*\r\n\r\n5$/);
  });
});

describe('an answer', () => {
  it('of head and first bytes leaves in one packet', async () => {
    const server = await serve(async (exchange) => {
      exchange.head(200, { 'content-type': 'text/event-stream' });
      await exchange.write(Buffer.from('data: 1\n\n'));
      await new Promise<void>((resolve) => exchange.onGone(resolve));
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    const [first] = (await once(socket, 'data')) as [Buffer];
    assert.match(first.toString(), /^HTTP\/1.1 200 OK[\s\S]*data: 1\n\n/);
    socket.destroy();
  });

  it('sends its head although nothing follows yet', async () => {
    const server = await serve(async (exchange) => {
      exchange.head(200, { 'content-type': 'text/event-stream' });
      await new Promise<void>((resolve) => exchange.onGone(resolve));
    });
    const response = await fetch(server.url);
    assert.equal(response.status, 200);
    await response.body?.cancel();
  });

  it('that the client does not read holds the writer back, and going away releases it', async () => {
    let written = 0;
    const stuck = Promise.withResolvers<void>();
    const finished = Promise.withResolvers<boolean>();
    const server = await serve(async (exchange) => {
      exchange.head(200, {});
      for (; written < 10_000 && !exchange.gone(); written += 1) {
        const taken = exchange.write(Buffer.alloc(64 * 1024));
        if (taken === undefined) continue;
        const soon = await Promise.race([taken.then(() => true), later(500).then(() => false)]);
        if (!soon) stuck.resolve();
        await taken;
      }
      await exchange.end();
      finished.resolve(exchange.gone());
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await stuck.promise;
    assert.ok(written < 10_000);
    socket.destroy();
    assert.equal(await finished.promise, true);
  });

  it('keeps the connection for the next request', async () => {
    const server = await serve((exchange) => answer(exchange, 200, exchange.path));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (const path of ['/1', '/2', '/3']) {
      const out = httpRequest(`${server.url}${path}`, { agent }).end();
      const [response] = await once(out, 'response');
      ports.add(out.socket?.localPort);
      response.resume();
      await once(response, 'end');
    }
    assert.equal(ports.size, 1);
    agent.destroy();
  });

  it('is a 500 when the handler fails before it said anything', async () => {
    const events: TelemetryEvent[] = [];
    const server = await serve(() => Promise.reject(new Error('secret detail')), events);
    const response = await fetch(server.url);
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /secret/);
    assert.equal(events[0]?.type, 'bug');
  });

  it('is cut, never ended, when the handler fails in the middle or forgets the end', async () => {
    for (const fails of [true, false]) {
      const events: TelemetryEvent[] = [];
      const server = await serve(async (exchange) => {
        exchange.head(200, { 'content-type': 'text/event-stream' });
        await exchange.write(Buffer.from('data: 1\n\n'));
        if (fails) throw new Error('middle');
      }, events);
      const response = await fetch(server.url);
      await assert.rejects(response.text());
      assert.equal(events.length, 1);
    }
  });

  it('is a 500 when the handler forgets it altogether', async () => {
    const server = await serve(async () => undefined, []);
    assert.equal((await fetch(server.url)).status, 500);
  });
});

describe('a caller who goes away', () => {
  it('is known to listeners, to late listeners, and turns every call into nothing', async () => {
    const calls: string[] = [];
    const done = Promise.withResolvers<void>();
    const server = await serve(async (exchange) => {
      exchange.onGone(() => calls.push('first'));
      await new Promise<void>((resolve) => exchange.onGone(resolve));
      exchange.onGone(() => calls.push('late'));
      assert.equal(exchange.gone(), true);
      exchange.head(200, {});
      await exchange.write(Buffer.from('x'));
      await exchange.end();
      assert.equal(await exchange.body(10), 'gone');
      done.resolve();
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'connect');
    setImmediate(() => socket.destroy());
    await done.promise;
    assert.deepEqual(calls, ['first', 'late']);
  });

  it('within the body is gone', async () => {
    const result = Promise.withResolvers<unknown>();
    const server = await serve(async (exchange) => result.resolve(await exchange.body(100)));
    const socket = connect(server.port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\npart');
    await once(socket, 'connect');
    setImmediate(() => socket.resetAndDestroy());
    assert.equal(await result.promise, 'gone');
  });

  it('after the whole answer has not gone', async () => {
    const result = Promise.withResolvers<boolean>();
    const server = await serve(async (exchange) => {
      await answer(exchange, 200, 'ok');
      await later(5);
      result.resolve(exchange.gone());
    });
    await raw(server, `GET / HTTP/1.1\r\n${CLOSE}\r\n`);
    assert.equal(await result.promise, false);
  });
});

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

/** So many turns of the event loop. */
async function later(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
