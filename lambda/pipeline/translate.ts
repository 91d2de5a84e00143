import { TollgateError } from '../core/errors.ts';
import { usdFromNano } from '../core/money.ts';
import { targetName } from '../core/routing/target.ts';
import { chargeFor } from './attempt.ts';
import { answerFacts, disclosedHeaders, lastWord } from './disclosure.ts';
import { failureError } from './failure.ts';
import { type Carrier, carrierFor } from './forward.ts';
import type { GatewayPorts } from './ports.ts';
import { cut } from './read-upstream.ts';
import type { Reply } from './reply.ts';
import type { Setup } from './setup.ts';
import type { Called, CommittedAnswer } from './states.ts';

type StreamAnswer = Extract<CommittedAnswer, { kind: 'stream' }>;
type WholeAnswer = Extract<CommittedAnswer, { kind: 'whole' }>;

/** Undefined: the answer went out to its end. Otherwise what the caller is told instead, or in its middle. */
export type Translated = undefined | TollgateError;

/**
 * Carries the committed answer to the caller, in its own format byte for byte or written anew in the caller's, and meters
 * it on the side. Reading and writing take turns, so a slow caller slows the upstream and nothing piles up in between.
 */
export async function translate(
  state: Called,
  ports: GatewayPorts,
  setup: Setup,
  reply: Reply,
): Promise<Translated> {
  const { committed } = state;
  const headers = disclosedHeaders(state, targetName(state.candidate.target), ports.clock.now());
  if (committed.kind === 'whole') {
    await whole(state, committed, headers, ports, setup, reply);
    return undefined;
  }
  reply.openStream(headers);
  const carrier = carrierFor(state, ports, setup);
  const end = await carry(state, committed, carrier, reply);
  meter(state, ports);
  if (end instanceof TollgateError) {
    committed.call.cancel();
    return end;
  }
  const rest = carrier.finish(costOf(state));
  if (rest !== undefined) reply.write(rest);
  reply.write(state.dialect.comment(lastWord(state)));
  reply.write(end);
  await reply.finish();
  await finishBody(committed, ports, setup);
  return undefined;
}

async function whole(
  state: Called,
  answer: WholeAnswer,
  headers: Readonly<Record<string, string>>,
  ports: GatewayPorts,
  setup: Setup,
  reply: Reply,
): Promise<void> {
  meter(state, ports);
  const cost = costOf(state);
  const { body } = answer;
  const bytes = body instanceof Uint8Array ? body : Buffer.from(body(answerFacts(state, ports, setup), cost));
  const told = cost === undefined ? {} : { 'x-tollgate-cost-usd': cost };
  await reply.whole(200, { ...headers, ...told, 'content-type': answer.contentType }, bytes);
}

/** The terminator to write, as the upstream wrote it or our own; or why the stream cannot end normally. */
async function carry(
  state: Called,
  stream: StreamAnswer,
  carrier: Carrier,
  reply: Reply,
): Promise<Uint8Array | TollgateError> {
  const name = targetName(state.candidate.target);
  const { reader, answer, progress } = stream;
  let pieces = stream.held;
  let ended = stream.ended;
  while (true) {
    const { out, stop } = carrier.take(pieces);
    if (out !== undefined) {
      const drained = reply.write(out);
      if (drained !== undefined) await drained;
    }
    if (stop !== undefined) return stop;
    if (state.interrupt.reason !== undefined) return interrupted(name, state);
    if (ended) {
      return stream.endsBare && progress.finished && !reader.halfRead ? state.dialect.terminator : cut(name);
    }
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

function meter(state: Called, ports: GatewayPorts): void {
  const { progress } = state.committed;
  state.trail.addCharge(chargeFor(progress, state.candidate, state), state.candidate.target.provider);
  state.trail.finish = progress.finish;
  state.trail.upstreamEndedAt = ports.clock.monotonic();
}

/** An unpriced answer was not free: nothing is said rather than 0. */
function costOf(state: Called): string | undefined {
  return state.candidate.target.price === undefined ? undefined : usdFromNano(state.trail.cost);
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
