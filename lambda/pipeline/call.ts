import type { TollgateError } from '../core/errors.ts';
import { targetName } from '../core/routing/target.ts';
import type { Stop } from '../ledger/head.ts';
import { type AttemptResult, attempt } from './attempt.ts';
import { disclosedHeaders } from './disclosure.ts';
import { estimate } from './estimate.ts';
import { fallbackNotes, isFallback } from './fallback.ts';
import type { GatewayPorts } from './ports.ts';
import type { Reply } from './reply.ts';
import type { Setup } from './setup.ts';
import type { Admitted, Called, Candidate } from './states.ts';
import { stopOf, stoppedError, stoppedNote } from './stops.ts';
import { holdMore } from './top-up.ts';

/**
 * Calls the targets of the admitted rung in order until an answer commits. Before each further attempt the hold covers
 * what may have been billed so far and what the next one can cost; without that room the first error is the answer.
 */
export async function call(
  state: Admitted,
  ports: GatewayPorts,
  setup: Setup,
  reply: Reply,
): Promise<Called | TollgateError> {
  if (state.view.stream) reply.holdHeaders(() => disclosedHeaders(state, undefined, ports.clock.now()));
  const { trail, interrupt, caller, rung } = state;
  let first: TollgateError | undefined;
  let stop: Stop | undefined;
  for (const candidate of state.candidates) {
    if (first !== undefined) {
      // The plan is as old as the attempt before was long, and what has been stopped since binds this one.
      if (interrupt.reason === undefined) await interrupt.orInterrupted(ports.book.refresh());
      if (interrupt.reason !== undefined) break;
    }
    stop = stopOf(ports.book, caller, rung.alias);
    if (stop !== undefined) {
      if (first !== undefined) trail.warnings.push(stoppedNote(stop, 'no further attempt'));
      break;
    }
    stop = ports.book.stopped('provider', candidate.target.provider);
    if (stop !== undefined) {
      trail.warnings.push(stoppedNote(stop, 'passed over'));
      continue;
    }
    if (first !== undefined) {
      const more = await holdMore(state, candidate, ports);
      if (more === 'provider') continue;
      // A caller that left, a request out of time and a hold that cannot grow end the attempts.
      if (more === 'none' || interrupt.reason !== undefined) break;
    }
    const startedAt = ports.clock.monotonic();
    const result =
      candidate.served.kind === 'estimate'
        ? estimate(state, candidate.served.caller, candidate)
        : await attempt(state, candidate, candidate.served, ports, setup);
    note(state, candidate, result, ports.clock.monotonic() - startedAt, ports);
    if (result.type === 'committed') return { ...state, candidate, committed: result.committed };
    first ??= result.error;
    if (result.error.code === 'upstream_rejected') return result.error;
  }
  if (first !== undefined) return first;
  if (stop === undefined) throw new Error('Bug! a plan without targets was admitted');
  return stoppedError(stop, trail);
}

function note(
  state: Admitted,
  candidate: Candidate,
  result: AttemptResult,
  ms: number,
  ports: GatewayPorts,
): void {
  const { trail } = state;
  const target = targetName(candidate.target);
  if (result.type === 'committed') {
    trail.served = candidate.target;
    const notes = isFallback(state, candidate) ? fallbackNotes(state, candidate.served) : [];
    trail.warnings.push(...new Set([...candidate.warnings, ...notes]));
    trail.attempts.push({ target, result: 'ok', ms, billed: true });
    return;
  }
  const { error, charge } = result;
  trail.attempts.push({ target, result: error.code, ms, billed: charge !== undefined });
  if (charge !== undefined) trail.addCharge(charge, candidate.target.provider);
  const { cause } = error;
  const detail = typeof cause === 'string' ? cause : error.message;
  ports.telemetry.emit({ type: 'attempt_failed', requestId: state.id, target, code: error.code, detail });
}
