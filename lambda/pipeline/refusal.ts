import { type ErrorFacts, TollgateError } from '../core/errors.ts';
import { type Nano, usdFromNano } from '../core/money.ts';
import type { BudgetRefusal, RateRefusal, Refusal } from '../ledger/ledger.ts';
import { fittingForMoney, fittingForTokens } from './fitting.ts';
import type { GatewayPorts } from './ports.ts';
import type { Planned } from './states.ts';

/** Seconds a caller is asked to wait for what running calls hold: 1 to 5, random so that they do not return at once. */
const HELD_RETRY_S = 5;

type Details = NonNullable<ErrorFacts['details']>;

/** What a caller is told of a limit without room for its call. */
export function refusalError(refusal: Refusal, state: Planned, ports: GatewayPorts): TollgateError {
  return refusal.type === 'budget' ? budgetError(refusal, state, ports) : rateError(refusal, state, ports);
}

/** What a caller is told of a limit that did not refuse its call. `so`: what it changed. */
export function noRoomNote(refusal: Refusal, so: 'provider passed over' | 'no further attempt'): string {
  const limit =
    refusal.type === 'budget' ? `the ${refusal.budgetId} budget of ${refusal.scope}` : rateOf(refusal);
  return `${limit} has no room: ${so}`;
}

function budgetError(refusal: BudgetRefusal, state: Planned, ports: GatewayPorts): TollgateError {
  const limit = usd(refusal.limit);
  const budget = `The ${refusal.budgetId} budget of ${refusal.scope} (${limit})`;
  const spent = `${usd(refusal.spent)} spent, ${usd(refusal.held)} held by running calls`;
  const call = `this call, which could cost ${usd(refusal.estimate)}`;
  const details = budgetDetails(refusal);
  if (refusal.kind === 'held') {
    return new TollgateError(
      'budget_held',
      `${budget} has room for ${call}, only when running calls settle: ${spent}`,
      {
        details,
        retryAfterS: soon(ports),
      },
    );
  }
  if (refusal.kind === 'never_fits') {
    const fits = fittingForMoney(refusal.limit, state);
    return new TollgateError(
      'budget_exceeded',
      `This call could cost ${usd(refusal.estimate)}, more than ${budget.replace('The', 'the')} allows at all. ${advice(fits)}`,
      { details: { ...details, max_tokens_that_fits: fits } },
    );
  }
  const reset =
    refusal.resetsAt === undefined ? '' : `; it resets at ${new Date(refusal.resetsAt).toISOString()}`;
  return new TollgateError('budget_exceeded', `${budget} has no room for ${call}: ${spent}${reset}`, {
    details,
  });
}

function budgetDetails(refusal: BudgetRefusal): Details {
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

/** A rate as a caller is told of it. */
function rateOf({ scope, limit, of }: RateRefusal): string {
  return of === 'parallel'
    ? `the limit of ${scope} (${limit} requests at a time)`
    : `the rate of ${scope} (${limit} ${of} a minute)`;
}

function rateError(refusal: RateRefusal, state: Planned, ports: GatewayPorts): TollgateError {
  const { scope, limit, of, kind: reason, needed, burst } = refusal;
  const rate = rateOf(refusal);
  const details = { scope, limit, of, reason, needed, burst };
  if (reason === 'never_fits') {
    if (of !== 'tokens') {
      const message = `This call is refused: ${rate} allows no call at all`;
      return new TollgateError('rate_limit_exceeded', message, { details, retryable: false });
    }
    const fits = fittingForTokens(burst, state);
    return new TollgateError(
      'rate_limit_exceeded',
      `This call may use ${needed} tokens, more than the ${burst} that ${rate} allows at once. ${advice(fits)}`,
      { details: { ...details, max_tokens_that_fits: fits }, retryable: false },
    );
  }
  const retryAfterS = of === 'parallel' ? soon(ports) : Math.max(1, Math.ceil(refusal.waitMs / 1000));
  const call = of === 'tokens' ? `this call, which may use ${needed} tokens` : 'this call';
  return new TollgateError(
    'rate_limit_exceeded',
    `${rate.replace('the', 'The')} has no room for ${call}. Try again in ${retryAfterS} s`,
    { details, retryAfterS },
  );
}

function advice(fits: number): string {
  return fits > 0 ? `The largest max_tokens that it allows is ${fits}.` : 'Its input alone does not fit.';
}

function soon(ports: GatewayPorts): number {
  return 1 + Math.floor(ports.random.next() * HELD_RETRY_S);
}

function usd(amount: Nano): string {
  return `$${usdFromNano(amount)}`;
}
