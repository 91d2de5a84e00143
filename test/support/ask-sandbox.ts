import assert from 'node:assert/strict';
import { createSandboxUpstream } from '../../lambda/adapters/node/sandbox/sandbox.ts';
import type { UpstreamAnswer, UpstreamCall, UpstreamFailure } from '../../lambda/ports/upstream.ts';
import { createManualClock } from './manual-clock.ts';

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly end: 'end' | UpstreamFailure;
  readonly tookMs: number;
}

export const ASK = [{ role: 'user', content: 'Say hello in five words.' }];
export const LIMITS = { connectMs: 5_000, headMs: 300_000, idleMs: 120_000 };

export function send(
  model: string,
  more: object = {},
  clock = createManualClock(),
  limits: object = {},
): UpstreamCall {
  const upstream = createSandboxUpstream({ clock });
  return upstream.send({
    method: 'POST',
    url: 'http://sandbox/v1/chat/completions',
    headers: {},
    body: Buffer.from(JSON.stringify({ model, messages: ASK, ...more })),
    ...LIMITS,
    ...limits,
  });
}

export async function answerOf(model: string, more: object = {}): Promise<UpstreamAnswer | UpstreamFailure> {
  const clock = createManualClock();
  return await clock.run(send(model, more, clock).answer);
}

export async function ask(model: string, more: object = {}, limits: object = {}): Promise<Got> {
  const clock = createManualClock();
  return await clock.run(
    (async () => {
      const answer = await send(model, more, clock, limits).answer;
      if (answer.type !== 'answer') return assert.fail(JSON.stringify(answer));
      const { text, end } = await drain(answer);
      return { status: answer.status, headers: answer.headers, text, end, tookMs: clock.monotonic() };
    })(),
  );
}

export async function drain(answer: UpstreamAnswer): Promise<{ text: string; end: 'end' | UpstreamFailure }> {
  let text = '';
  for (;;) {
    const piece = await answer.read();
    if (!(piece instanceof Uint8Array)) return { text, end: piece };
    text += Buffer.from(piece).toString();
  }
}

export interface Chunk {
  readonly error?: { type: string };
  readonly usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
  readonly choices: {
    index: number;
    finish_reason: string | null;
    delta: {
      role?: string;
      content?: string | null;
      refusal?: string;
      reasoning_content?: string;
      tool_calls?: { index: number; id?: string; function: { name?: string; arguments: string } }[];
    };
  }[];
}

/** The events of a stream; asserts that each is one data line, and cuts off `[DONE]`. */
export function eventsOf(got: Got, done = true): Chunk[] {
  const events = got.text.split('\n\n');
  assert.equal(events.pop(), '');
  for (const event of events) assert.match(event, /^data: [^\n]+$/);
  if (done) assert.equal(events.pop(), 'data: [DONE]');
  return events.map((event) => JSON.parse(event.slice(6)) as Chunk);
}

export function contentOf(chunks: readonly Chunk[], choice = 0): string {
  return chunks
    .flatMap((chunk) => chunk.choices)
    .filter((each) => each.index === choice)
    .map((each) => each.delta.content ?? '')
    .join('');
}

export const STREAM = { stream: true };
