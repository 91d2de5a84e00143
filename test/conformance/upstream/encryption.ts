import assert from 'node:assert/strict';
import { it } from 'node:test';
import tls from 'node:tls';
import { selfSigned } from '../../support/self-signed.ts';
import { isFailure, post, type WithServer, whole } from './kit.ts';

export function encryption(withServer: WithServer): void {
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
