import { LRUCache } from 'lru-cache';
import { admit } from './admit.ts';
import { Calendar } from './calendar.ts';
import type { Context, LedgerDeps } from './context.ts';
import { Counters } from './counters.ts';
import { Heat } from './heat.ts';
import { HEAT_RULES } from './heat-rules.ts';
import { Hold } from './hold.ts';
import { Journals } from './journals.ts';
import { Leases } from './leases.ts';
import type { Ledger } from './ledger.ts';
import { Policies } from './policies.ts';
import { closeOwn, reap } from './reap.ts';
import { post, record } from './record.ts';
import { Refusals } from './refusals.ts';
import { settleHold } from './settle-hold.ts';
import { topUp } from './top-up.ts';

/** Scopes that one process remembers. */
const REMEMBERED = 2_000;

/**
 * The ledger over a store. A scope is charged directly, one transaction over its counter and the request's entry, until
 * it turns out to be busy; then this process leases a part of it and spends that without asking.
 */
export function createLedger(deps: LedgerDeps): Ledger {
  const max = deps.remembered ?? REMEMBERED;
  const rules = { ...HEAT_RULES, ...deps.heat };
  const calendar = new Calendar(deps.clock);
  const ctx: Context = {
    ...deps,
    rules,
    calendar,
    counters: new Counters(max),
    policies: new Policies(deps.store, max),
    journals: new Journals(deps),
    leases: new Leases(deps.clock),
    heat: new Heat(deps.clock, rules, max),
    refusals: new Refusals(deps, max),
    homes: new LRUCache({ max }),
  };
  return {
    admit: (request) => admit(ctx, request),
    topUp: (reservation, extra, own) => topUp(ctx, Hold.of(reservation), extra, own ?? new Map()),
    settle: (reservation, final) => settleHold(ctx, Hold.of(reservation), final),
    record: (requestId, final) => record(ctx, requestId, final),
    post: (posting) => post(ctx, posting),
    reap: (before) => reap(ctx, before),
    close: () => closeOwn(ctx),
  };
}
