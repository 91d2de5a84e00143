import { heldFacts } from '../core/audit/entry.ts';
import { TollgateError } from '../core/errors.ts';
import { type Nano, usdFromNano, ZERO } from '../core/money.ts';
import type { BudgetRefusal } from '../ledger/ledger.ts';
import type { GatewayPorts } from './ports.ts';
import { heldRecord } from './records.ts';
import type { Admitted, Candidate, Planned } from './states.ts';

/** Seconds a caller is asked to wait for room that running calls hold: 1 to 5, random so that they do not return at once. */
const HELD_RETRY_S = 5;

/** Reserves the most that the dearest target could cost, in every budget that binds. No room, no call. */
export async function admit(state: Planned, ports: GatewayPorts): Promise<Admitted | TollgateError> {
  const estimate = state.candidates.reduce<Nano>(
    (most, { bound }) => (bound !== undefined && bound > most ? bound : most),
    ZERO,
  );
  const admission = await ports.ledger.admit({
    requestId: state.id,
    scopes: state.scopes,
    estimate,
    facts: heldFacts(heldRecord(state, ports)),
  });
  switch (admission.type) {
    case 'admitted':
      return { ...state, reservation: admission.reservation };
    case 'unavailable':
      return new TollgateError(
        'ledger_unavailable',
        'The budget ledger cannot be reached, so nothing can be admitted',
        {
          retryAfterS: 2,
          cause: admission.reason,
        },
      );
    case 'refused':
      state.trail.refusedBy = facts(admission.refusal);
      return refuse(admission.refusal, state, ports);
  }
}

function refuse(refusal: BudgetRefusal, state: Planned, ports: GatewayPorts): TollgateError {
  const limit = `$${usdFromNano(refusal.limit)}`;
  const budget = `The ${refusal.budgetId} budget of ${refusal.scope} (${limit})`;
  const spent = `$${usdFromNano(refusal.spent)} spent, $${usdFromNano(refusal.held)} held by running calls`;
  const details = facts(refusal);
  if (refusal.kind === 'held') {
    return new TollgateError('budget_held', `${budget} has room only when running calls settle: ${spent}`, {
      details,
      retryAfterS: 1 + Math.floor(ports.random.next() * HELD_RETRY_S),
    });
  }
  if (refusal.kind === 'never_fits') {
    const fits = fittingMaxTokens(refusal.limit, state);
    const advice = fits > 0 ? `It would fit with max_tokens ${fits}.` : 'Its input alone does not fit.';
    return new TollgateError(
      'budget_exceeded',
      `This call could cost $${usdFromNano(refusal.estimate)}, more than ${budget.replace('The', 'the')} allows at all. ${advice}`,
      { details: { ...details, max_tokens_that_fits: fits } },
    );
  }
  const reset =
    refusal.resetsAt === undefined ? '' : `; it resets at ${new Date(refusal.resetsAt).toISOString()}`;
  return new TollgateError('budget_exceeded', `${budget} has no room for this call: ${spent}${reset}`, {
    details,
  });
}

function facts(refusal: BudgetRefusal): Readonly<Record<string, string | null>> {
  const { scope, budgetId, kind, limit, spent, held, estimate, resetsAt } = refusal;
  return {
    scope,
    budget: budgetId,
    reason: kind,
    limit_usd: usdFromNano(limit),
    estimate_usd: usdFromNano(estimate),
    // What can never fit is refused before anyone looks at what is spent.
    ...(kind === 'never_fits' ? {} : { spent_usd: usdFromNano(spent), held_usd: usdFromNano(held) }),
    resets_at: resetsAt === undefined ? null : new Date(resetsAt).toISOString(),
  };
}

/** The output cap at which every target's bound is within the limit. */
function fittingMaxTokens(limit: Nano, state: Planned): number {
  return Math.min(...state.candidates.map((candidate) => fitting(limit, candidate, state.view.choices)));
}

function fitting(limit: Nano, candidate: Candidate, choices: number): number {
  const { target, outputTokens, bound } = candidate;
  if (target.price === undefined || outputTokens === undefined || bound === undefined) return 0;
  const perToken =
    target.price.output > target.price.reasoning ? target.price.output : target.price.reasoning;
  if (perToken === 0n) return 0;
  const input = bound * 1000n - BigInt(outputTokens * choices) * perToken;
  const left = limit * 1000n - input - 1000n;
  return left <= 0n ? 0 : Number(left / (perToken * BigInt(choices)));
}
