import { after, describe } from 'node:test';
import type { Upstream } from '../../lambda/ports/upstream.ts';
import { type RawScript, type RawUpstream, startRawUpstream } from '../support/raw-upstream.ts';
import { answers } from './upstream/answers.ts';
import { control } from './upstream/control.ts';
import { encryption } from './upstream/encryption.ts';
import { failures } from './upstream/failures.ts';
import type { KeyPair } from './upstream/kit.ts';
import { reuse } from './upstream/reuse.ts';

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
