import { usdFromNano } from '../core/money.ts';
import type { Admitted } from './states.ts';

/**
 * What every answer of an admitted request tells in its headers, as far as it is known when they leave. `target`: the
 * one that answered, or that failed last.
 */
export function disclosedHeaders(state: Admitted, target: string | undefined): Record<string, string> {
  const { reservation, trail } = state;
  const headers: Record<string, string> = {
    'x-request-id': state.id,
    'x-tollgate-request-id': state.id,
    'x-tollgate-model': ascii(state.view.model),
  };
  if (target !== undefined) {
    headers['x-tollgate-target'] = ascii(target);
    headers['x-tollgate-attempts'] = String(trail.attempts.length);
  }
  if (trail.warnings.length > 0) headers['x-tollgate-warnings'] = ascii(trail.warnings.join('; '));
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

/** Header values are ASCII; other characters are percent-encoded, and so is what could end a header. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => encodeURIComponent(character.toWellFormed()));
}
