import { TollgateError } from '../core/errors.ts';
import { type Nano, toNano, ZERO } from '../core/money.ts';
import { targetName } from '../core/routing/target.ts';
import { type AttemptResult, attempt } from './attempt.ts';
import { disclosedHeaders } from './disclosure.ts';
import { estimate } from './estimate.ts';
import { fallbackNotes } from './fallback.ts';
import type { GatewayPorts } from './ports.ts';
import type { Reply } from './reply.ts';
import type { Setup } from './setup.ts';
import type { Admitted, Called, Candidate } from './states.ts';

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
  if (state.view.stream) reply.holdHeaders(() => disclosedHeaders(state, undefined));
  let owed: Nano = ZERO;
  let first: TollgateError | undefined;
  for (const candidate of state.candidates.slice(0, setup.limits.attempts)) {
    if (first !== undefined && !(await mayGoOn(state, owed, candidate, ports))) break;
    const startedAt = ports.clock.monotonic();
    const result =
      candidate.served.kind === 'estimate'
        ? estimate(state, candidate.served.caller, candidate)
        : await attempt(state, candidate, candidate.served, ports, setup);
    note(state, candidate, result, ports.clock.monotonic() - startedAt, ports);
    if (result.type === 'committed') return { ...state, candidate, committed: result.committed };
    owed = toNano(owed + (result.charge?.cost ?? 0n));
    first ??= result.error;
    if (result.error.code === 'upstream_rejected') return result.error;
  }
  return first ?? new TollgateError('internal', 'Bug! a plan without targets was admitted');
}

/** A caller that left, a request out of time and a hold that cannot grow end the attempts. */
async function mayGoOn(state: Admitted, owed: Nano, next: Candidate, ports: GatewayPorts): Promise<boolean> {
  if (state.interrupt.reason !== undefined) return false;
  const needed = owed + (next.bound ?? 0n);
  const short = needed - state.reservation.held;
  if (short <= 0n) return true;
  const more = await ports.ledger.topUp(state.reservation, toNano(short));
  if (more.type !== 'admitted') state.trail.warnings.push('no budget for a further attempt');
  return more.type === 'admitted' && state.interrupt.reason === undefined;
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
    const notes = trail.attempts.length > 0 ? fallbackNotes(state, candidate.served) : [];
    trail.warnings.push(...new Set([...candidate.warnings, ...notes]));
    trail.attempts.push({ target, result: 'ok', ms, billed: true });
    return;
  }
  const { error, charge } = result;
  trail.attempts.push({ target, result: error.code, ms, billed: charge !== undefined });
  if (charge !== undefined) trail.addCharge(charge);
  const { cause } = error;
  const detail = typeof cause === 'string' ? cause : error.message;
  ports.telemetry.emit({ type: 'attempt_failed', requestId: state.id, target, code: error.code, detail });
}
