import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import type { Exchange } from '../../../../lambda/ports/exchange.ts';
import { answer, CLOSE, closeServers, raw, rest, serve } from '../../../support/raw-client.ts';

after(closeServers);

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
