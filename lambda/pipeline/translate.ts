import { TollgateError } from '../core/errors.ts';
import { usdFromNano } from '../core/money.ts';
import { targetName } from '../core/routing/target.ts';
import type { StreamPiece } from '../formats/openai-chat/read-stream.ts';
import { chargeFor, failureError } from './attempt.ts';
import { disclosedHeaders } from './disclosure.ts';
import { forward } from './forward.ts';
import type { GatewayPorts } from './ports.ts';
import { cut } from './read-upstream.ts';
import type { Reply } from './reply.ts';
import type { Setup } from './setup.ts';
import type { Called, CommittedAnswer } from './states.ts';

type StreamAnswer = Extract<CommittedAnswer, { kind: 'stream' }>;

/** Undefined: the answer went out to its end. Otherwise what the caller is told instead, or in its middle. */
export type Translated = undefined | TollgateError;

/**
 * Carries the committed answer to the caller, in its own format byte for byte, and meters it on the side. Reading and
 * writing take turns, so a slow caller slows the upstream and nothing piles up in between.
 */
export async function translate(
  state: Called,
  ports: GatewayPorts,
  setup: Setup,
  reply: Reply,
): Promise<Translated> {
  const { committed, trail } = state;
  const headers = disclosedHeaders(state, targetName(state.candidate.target));
  if (committed.kind === 'whole') {
    meter(state);
    trail.upstreamEndedAt = ports.clock.monotonic();
    // An unpriced answer was not free: nothing is said rather than 0.
    const priced = state.candidate.target.price !== undefined;
    const cost = priced ? { 'x-tollgate-cost-usd': usdFromNano(trail.cost) } : {};
    await reply.whole(200, { ...headers, ...cost, 'content-type': committed.contentType }, committed.body);
    return undefined;
  }
  reply.openStream(headers);
  const end = await carry(state, committed, reply);
  meter(state);
  trail.upstreamEndedAt = ports.clock.monotonic();
  if (end instanceof TollgateError) {
    committed.call.cancel();
    return end;
  }
  reply.write(state.dialect.comment(lastWord(state)));
  reply.write(end);
  await reply.finish();
  await finishBody(committed, ports, setup);
  return undefined;
}

/** The terminator to write, as the upstream wrote it or our own; or why the stream cannot end normally. */
async function carry(state: Called, stream: StreamAnswer, reply: Reply): Promise<Uint8Array | TollgateError> {
  const name = targetName(state.candidate.target);
  const { reader, answer, progress } = stream;
  let pieces: readonly StreamPiece[] = stream.held;
  let ended = stream.ended;
  while (true) {
    const { out, stop } = forward(pieces, state.view.includeUsage);
    if (out !== undefined) {
      const drained = reply.write(out);
      if (drained !== undefined) await drained;
    }
    if (stop instanceof TollgateError) return stop;
    if (stop !== undefined) return stop;
    if (state.interrupt.reason !== undefined) return interrupted(name, state);
    if (ended) return progress.finished && !reader.halfRead ? state.dialect.terminator : cut(name);
    const got = await answer.read();
    if (got !== 'end' && 'type' in got) return failureError(name, got, state);
    ended = got === 'end';
    pieces = got === 'end' ? reader.end() : reader.push(got);
    for (const piece of pieces) for (const event of piece.events) progress.see(event);
  }
}

function interrupted(name: string, state: Called): TollgateError {
  return failureError(
    name,
    { type: 'failure', reason: 'cancelled', sent: true, detail: 'interrupted' },
    state,
  );
}

function meter(state: Called): void {
  const { progress } = state.committed;
  state.trail.addCharge(chargeFor(progress, state.candidate, state));
  state.trail.finish = progress.finish;
}

/** What could not be in the headers: the cost, and what a late fallback changed after they had left. */
function lastWord(state: Called): Readonly<Record<string, unknown>> {
  const { trail } = state;
  return {
    request_id: state.id,
    target: targetName(state.candidate.target),
    attempts: trail.attempts.length,
    ...(state.candidate.target.price === undefined ? {} : { cost_usd: usdFromNano(trail.cost) }),
    usage_source: trail.usageSource,
    ...(trail.warnings.length > 0 ? { warnings: trail.warnings } : {}),
  };
}

/** Milliseconds that an upstream has to end its body after its last event, so that its connection can be used again. */
const TAIL_MS = 1_000;

/** The caller has its answer; what is left of the body is its end, or nothing that anyone wants. */
async function finishBody(stream: StreamAnswer, ports: GatewayPorts, setup: Setup): Promise<void> {
  if (stream.ended) return;
  const timer = ports.clock.after(Math.min(TAIL_MS, setup.limits.upstreamIdleMs), () => stream.call.cancel());
  for (let got = await stream.answer.read(); got !== 'end'; got = await stream.answer.read()) {
    if ('type' in got) break;
  }
  timer.cancel();
}
