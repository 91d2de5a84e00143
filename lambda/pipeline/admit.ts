import { heldFacts } from '../core/audit/entry.ts';
import { TollgateError } from '../core/errors.ts';
import type { Refusal, Reservation } from '../ledger/ledger.ts';
import { type Ask, askFor } from './ask.ts';
import { plan } from './plan.ts';
import type { GatewayPorts } from './ports.ts';
import { heldRecord } from './records.ts';
import { noRoomNote, refusalError } from './refusal.ts';
import type { Setup } from './setup.ts';
import { softWarnings } from './soft.ts';
import type { Admitted, Candidate, Candidates, Planned } from './states.ts';

/** How often a newer config is read before one admission gives up. Each reading brings the newest there is. */
const READINGS = 3;

/** A refusal, and the request as it was then. */
interface Refused {
  readonly refusal: Refusal;
  readonly state: Planned;
}

/**
 * Reserves the most that the dearest target could cost, in every limit that binds. No room, no call. Where only a
 * provider's own limits have no room, its targets are passed over for those of other providers.
 */
export async function admit(
  planned: Planned,
  ports: GatewayPorts,
  setup: Setup,
): Promise<Admitted | TollgateError> {
  let state = planned;
  let refused: Refused[] = [];
  let readings = 0;
  for (;;) {
    const candidates = attempted(state.candidates, setup);
    const ask = askFor(state.scopes, candidates);
    const admission = await ports.ledger.admit({
      requestId: state.id,
      scopes: ask.scopes,
      number: state.number,
      estimate: ask.estimate,
      own: ask.own,
      tokens: ask.tokens,
      facts: heldFacts(heldRecord(state, ports)),
    });
    switch (admission.type) {
      case 'admitted':
        return admitted({ ...state, candidates }, ask, admission.reservation);
      case 'unavailable':
        return unavailable(admission.reason);
      case 'behind': {
        readings += 1;
        if (readings > READINGS) return unavailable(`limits of config ${admission.number} cannot be read`);
        await ports.book.refresh(admission.number);
        // Other limits may need other bounds, and what was refused by the old ones may fit now.
        const again = plan(state, setup, ports.book);
        if (again instanceof TollgateError) return again;
        state = again;
        refused = [];
        break;
      }
      case 'refused': {
        const { refusal } = admission;
        const own = candidates.filter(({ scope }) => scope?.scope === refusal.scope);
        // A limit of the caller binds wherever the call goes, so what other providers said is no matter then.
        if (!isSome(own)) return refuse([{ refusal, state: { ...state, candidates } }], ports);
        refused.push({ refusal, state: { ...state, candidates: own } });
        const rest = withoutProvider(state, refusal);
        if (rest === undefined) return refuse(refused, ports);
        state = rest;
      }
    }
  }
}

function admitted(state: Planned, ask: Ask, reservation: Reservation): Admitted {
  state.trail.warnings.push(...state.passedOver, ...softWarnings(ask.scopes, reservation.view.soft));
  return { ...state, reservation, own: ask.own };
}

function isSome(candidates: readonly Candidate[]): candidates is Candidates {
  return candidates.length > 0;
}

/** Further targets are never tried, so nothing is held for them. */
function attempted([first, ...rest]: Candidates, setup: Setup): Candidates {
  return [first, ...rest.slice(0, setup.limits.attempts - 1)];
}

/** The request without the targets of the provider whose limits refused it; undefined if that leaves none. */
function withoutProvider(state: Planned, refusal: Refusal): Planned | undefined {
  const candidates = state.candidates.filter(({ scope }) => scope?.scope !== refusal.scope);
  if (!isSome(candidates)) return undefined;
  state.trail.planned = candidates[0].target;
  return {
    ...state,
    candidates,
    passedOver: [...state.passedOver, noRoomNote(refusal, 'provider passed over')],
  };
}

/** Of several refusals the one that ends first is told, so that a caller who can succeed by waiting is not sent away. */
function refuse(refused: readonly Refused[], ports: GatewayPorts): TollgateError {
  let told: { readonly by: Refused; readonly error: TollgateError } | undefined;
  for (const by of refused) {
    const error = refusalError(by.refusal, by.state, ports);
    if (told === undefined || isSooner(error, told.error)) told = { by, error };
  }
  if (told === undefined) throw new Error('Bug! a refusal without a reason');
  const { trail } = told.by.state;
  trail.refusal = told.by.refusal;
  trail.refusedBy = told.error.facts.details;
  return told.error;
}

function isSooner(a: TollgateError, b: TollgateError): boolean {
  if (a.retryable !== b.retryable) return a.retryable;
  return (a.facts.retryAfterS ?? 0) < (b.facts.retryAfterS ?? 0);
}

function unavailable(cause: string): TollgateError {
  return new TollgateError(
    'ledger_unavailable',
    'The budget ledger cannot be reached, so nothing can be admitted',
    { retryAfterS: 2, cause },
  );
}
