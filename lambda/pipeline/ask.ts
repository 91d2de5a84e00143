import { type Nano, ZERO } from '../core/money.ts';
import type { ScopeLimits } from '../core/scope-limits.ts';
import type { Candidate } from './states.ts';

/** What one admission asks the ledger for. */
export interface Ask {
  readonly scopes: readonly ScopeLimits[];
  readonly estimate: Nano;
  /** By the scope of each provider that has limits. */
  readonly own: Map<string, Nano>;
  readonly tokens: number;
}

/**
 * The most that the first attempt can use, whichever target it goes to. A provider's own scope takes part in a request
 * that may be sent there, with the most that the provider itself can be owed. `scopes`: those of the caller.
 */
export function askFor(scopes: readonly ScopeLimits[], candidates: readonly Candidate[]): Ask {
  const providers = new Map<string, ScopeLimits>();
  const own = new Map<string, Nano>();
  let estimate = ZERO;
  let tokens = 0;
  for (const { scope, bound = ZERO, tokens: needed } of candidates) {
    tokens = Math.max(tokens, needed);
    estimate = dearer(estimate, bound);
    if (scope === undefined) continue;
    providers.set(scope.scope, scope);
    own.set(scope.scope, dearer(own.get(scope.scope) ?? ZERO, bound));
  }
  return { scopes: [...scopes, ...providers.values()], estimate, own, tokens };
}

/** The provider of a scope with an own amount. */
export function providerOf(scope: string): string {
  return scope.slice('provider:'.length);
}

function dearer(a: Nano, b: Nano): Nano {
  return a > b ? a : b;
}
