import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import type { TelemetryEvent } from '../../../../lambda/ports/telemetry.ts';
import { answer, CLOSE, closeServers, later, raw, serve } from '../../../support/raw-client.ts';

after(closeServers);

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
