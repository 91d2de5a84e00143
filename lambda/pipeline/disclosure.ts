import { usdFromNano } from '../core/money.ts';
import { targetName } from '../core/routing/target.ts';
import type { AnswerFacts } from '../formats/format.ts';
import type { GatewayPorts } from './ports.ts';
import type { Setup } from './setup.ts';
import type { Admitted, Called } from './states.ts';

/**
 * What every answer of an admitted request tells in its headers, as far as it is known when they leave. `target`: the
 * one that answered, or that failed last.
 */
export function disclosedHeaders(state: Admitted, target: string | undefined): Record<string, string> {
  const { reservation, trail } = state;
  const headers: Record<string, string> = {
    ...state.dialect.requestHeaders(state.id),
    'x-tollgate-request-id': state.id,
    'x-tollgate-model': ascii(state.view.model),
  };
  if (target !== undefined) {
    headers['x-tollgate-target'] = ascii(target);
    headers['x-tollgate-attempts'] = String(trail.attempts.length);
  }
  if (trail.warnings.length > 0) headers['x-tollgate-warnings'] = listed(trail.warnings);
  const tightest = reservation.tightest;
  if (tightest !== undefined) {
    headers['x-tollgate-budget-scope'] = ascii(`${tightest.scope} ${tightest.budgetId}`);
    headers['x-tollgate-budget-limit-usd'] = usdFromNano(tightest.limit);
    headers['x-tollgate-budget-remaining-usd'] = usdFromNano(tightest.remaining);
    if (tightest.resetsAt !== undefined) {
      headers['x-tollgate-budget-reset'] = new Date(tightest.resetsAt).toISOString();
    }
  }
  return headers;
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
