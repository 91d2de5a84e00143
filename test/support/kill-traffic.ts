import type { Dice } from './virtual-clock.ts';

/** What a caller saw of one request before the gateway was killed under it. */
export interface Seen {
  readonly requestId: string;
  readonly status: number;
  /** Whether an upstream was asked, so that there was an admission. */
  readonly admitted: boolean;
}

/** Calls of every kind: plain, streamed, slow, failing, retried at another target, too dear, broken, given up. */
const CALLS: readonly { readonly model: string; readonly stream?: boolean; readonly more?: object }[] = [
  { model: 'sandbox-fast' },
  { model: 'sandbox-fast', stream: true },
  { model: 'sandbox-slow-20', stream: true },
  { model: 'sandbox-long-200', stream: true },
  { model: 'sandbox-slow-30' },
  { model: 'sandbox-delay-200' },
  { model: 'sandbox-reasoning', stream: true },
  { model: 'sandbox-tool', more: { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] } },
  { model: 'sandbox-no-usage', stream: true },
  { model: 'sandbox-error-503' },
  { model: 'sandbox-error-400' },
  { model: 'sandbox-cut-3', stream: true },
  { model: 'sandbox-midstream-error-2', stream: true },
  { model: 'sandbox-reset' },
  { model: 'second-try' },
  { model: 'second-try', stream: true },
  { model: 'sandbox-fast', more: { max_tokens: 1_000_000_000 } },
  { model: 'unknown' },
];

/** Sends one call with one of the keys and reads its answer to whatever end. Never rejects. */
export async function callOnce(url: string, key: string, dice: Dice): Promise<Seen | undefined> {
  const { model, stream = false, more = {} } = dice.pick(CALLS);
  const messages = dice.chance(0.3);
  const body = { model, stream, max_tokens: dice.between(20, 200), ...more };
  const leave = dice.chance(0.1) ? AbortSignal.timeout(dice.between(10, 150)) : undefined;
  let seen: Seen | undefined;
  try {
    const path = messages && !('tools' in more) ? 'messages' : 'chat/completions';
    const answer = await fetch(`${url}/v1/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${key}`,
        'anthropic-version': '2023-06-01',
      },
      body: JSON.stringify({ ...body, messages: [{ role: 'user', content: 'Say hello in five words.' }] }),
      ...(leave === undefined ? {} : { signal: leave }),
    });
    const requestId = answer.headers.get('x-tollgate-request-id');
    const admitted = answer.headers.has('x-tollgate-attempts');
    if (requestId !== null) seen = { requestId, status: answer.status, admitted };
    await answer.arrayBuffer();
  } catch {
    // Killed, cut or given up: what matters is what had been seen.
  }
  return seen;
}
