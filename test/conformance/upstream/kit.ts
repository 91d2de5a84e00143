import assert from 'node:assert/strict';
import type {
  Upstream,
  UpstreamAnswer,
  UpstreamFailure,
  UpstreamRequest,
} from '../../../lambda/ports/upstream.ts';
import type { RawScript, RawUpstream } from '../../support/raw-upstream.ts';

export const FAR = 60_000;

export function post(url: string, over: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    method: 'POST',
    url: `${url}/v1/chat/completions?a=b`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"a":1}'),
    connectMs: FAR,
    headMs: FAR,
    idleMs: FAR,
    ...over,
  };
}

export function isAnswer(got: UpstreamAnswer | UpstreamFailure): UpstreamAnswer {
  if (got.type !== 'answer') assert.fail(JSON.stringify(got));
  return got;
}

export function isFailure(got: unknown): UpstreamFailure {
  if (typeof got === 'object' && got !== null && 'type' in got && got.type === 'failure') {
    return got as UpstreamFailure;
  }
  return assert.fail(`no failure: ${String(got)}`);
}

export async function drain(
  answer: UpstreamAnswer,
): Promise<{ text: string; pieces: number; end: 'end' | UpstreamFailure }> {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece = await answer.read();
    if (!(piece instanceof Uint8Array)) {
      return { text: Buffer.concat(pieces).toString(), pieces: pieces.length, end: piece };
    }
    pieces.push(piece);
  }
}

/** A whole call, and the turns of the event loop after which its connection is free again. */
export async function whole(
  upstream: Upstream,
  url: string,
): Promise<{ text: string; end: 'end' | UpstreamFailure }> {
  const got = await drain(isAnswer(await upstream.send(post(url)).answer));
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return got;
}

/** Waits until `progress` stays the same over many turns of the event loop: causality, no clock. */
export async function standstill(progress: () => number): Promise<void> {
  let last = -1;
  for (let quiet = 0; quiet < 1_000; quiet += 1) {
    if (progress() !== last) quiet = 0;
    last = progress();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export type KeyPair = { readonly key: string; readonly cert: string };
export type WithServer = (
  script: RawScript,
  pair?: KeyPair,
) => Promise<{ upstream: Upstream; server: RawUpstream }>;
