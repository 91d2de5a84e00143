import { type Nano, toNano, usdFromNano } from '../core/money.ts';
import { targetName } from '../core/routing/target.ts';
import type { RateTold } from '../dialects/dialect.ts';
import type { AnswerFacts } from '../formats/format.ts';
import type { RateRefusal } from '../ledger/ledger.ts';
import type { GatewayPorts } from './ports.ts';
import type { Setup } from './setup.ts';
import type { Admitted, Called, Received } from './states.ts';

/**
 * What every answer of an admitted request tells in its headers, as far as it is known when they leave. `target`: the
 * one that answered, or that failed last.
 */
export function disclosedHeaders(
  state: Admitted,
  target: string | undefined,
  nowMs: number,
): Record<string, string> {
  const { reservation, trail, dialect } = state;
  const { view, wouldRefuse } = reservation;
  const headers: Record<string, string> = {
    ...dialect.requestHeaders(state.id),
    'x-tollgate-request-id': state.id,
    'x-tollgate-model': ascii(state.view.model),
    ...(view.tightest === undefined ? {} : budgetHeaders(view.tightest)),
    ...dialect.rateHeaders(view, nowMs),
  };
  if (target !== undefined) {
    headers['x-tollgate-target'] = ascii(target);
    headers['x-tollgate-attempts'] = String(trail.attempts.length);
  }
  if (trail.warnings.length > 0) headers['x-tollgate-warnings'] = listed(trail.warnings);
  if (wouldRefuse.length > 0) headers['x-tollgate-would-refuse'] = listed(wouldRefuse);
  return headers;
}

/** What a refusal tells of the limit that had no room, in the headers by which an answer tells of limits. */
export function refusalHeaders({ trail, dialect }: Received, nowMs: number): Record<string, string> {
  const { refusal } = trail;
  if (refusal === undefined) return {};
  if (refusal.type === 'rate') {
    if (refusal.of === 'parallel') return {};
    const told = { requests: undefined, tokens: undefined, [refusal.of]: rateOf(refusal) };
    return { ...dialect.rateHeaders(told, nowMs) };
  }
  const { limit, spent, held, kind } = refusal;
  const left = limit - spent - held;
  // What can never fit is refused before anyone looks at what is spent.
  return budgetHeaders({
    ...refusal,
    remaining: kind === 'never_fits' ? undefined : toNano(left > 0n ? left : 0n),
  });
}

/** What is left of tokens is not known, but that it is less than the call needs. */
function rateOf({ of, kind, limit }: RateRefusal): RateTold {
  return {
    limit,
    remaining: of === 'requests' && kind === 'exceeded' ? 0 : undefined,
    resetMs: undefined,
  };
}

function budgetHeaders(budget: {
  readonly scope: string;
  readonly budgetId: string;
  readonly limit: Nano;
  readonly remaining: Nano | undefined;
  readonly resetsAt: number | undefined;
}): Record<string, string> {
  const { scope, budgetId, limit, remaining, resetsAt } = budget;
  return {
    'x-tollgate-budget-scope': ascii(`${scope} ${budgetId}`),
    'x-tollgate-budget-limit-usd': usdFromNano(limit),
    ...(remaining === undefined ? {} : { 'x-tollgate-budget-remaining-usd': usdFromNano(remaining) }),
    ...(resetsAt === undefined ? {} : { 'x-tollgate-budget-reset': new Date(resetsAt).toISOString() }),
  };
}

/** What an answer that is written anew is made with. */
export function answerFacts(state: Called, ports: GatewayPorts, setup: Setup): AnswerFacts {
  return {
    requestId: state.id,
    target: targetName(state.candidate.target),
    created: Math.floor(ports.clock.now() / 1000),
    includeUsage: state.view.includeUsage,
    warnings: state.trail.warnings,
    sealer: state.source.sealer,
    capsuleCharacters: setup.limits.capsuleCharacters,
  };
}

/** What could not be in the headers: the cost, and what a late fallback changed after they had left. */
export function lastWord(state: Called): Readonly<Record<string, unknown>> {
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

/** Longest list of warnings in a header: clients refuse heads above 16 KB. The body, or the last comment, has all of them. */
const WARNING_CHARACTERS = 4_096;

function listed(warnings: readonly string[]): string {
  const all = ascii(warnings.join('; '));
  return all.length <= WARNING_CHARACTERS
    ? all
    : `${all.slice(0, WARNING_CHARACTERS)}...; ${warnings.length} in all`;
}

/** Header values are ASCII; other characters are percent-encoded, and so is what could end a header. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => encodeURIComponent(character.toWellFormed()));
}
