import { admit } from './admit.ts';
import { Calendar } from './calendar.ts';
import type { Context, LedgerDeps } from './context.ts';
import { Counters } from './counters.ts';
import { Hold } from './hold.ts';
import { Journals } from './journals.ts';
import type { Ledger } from './ledger.ts';
import { closeOwn, reap } from './reap.ts';
import { record } from './record.ts';
import { settle } from './settle.ts';
import { topUp } from './top-up.ts';

/** A ledger in direct mode: every move is one transaction over the counters of all scopes and the request's entry. */
export function createLedger(deps: LedgerDeps): Ledger {
  const ctx: Context = {
    ...deps,
    calendar: new Calendar(deps.clock),
    counters: new Counters(),
    journals: new Journals(deps),
  };
  return {
    admit: (request) => admit(ctx, request),
    topUp: (reservation, extra) => topUp(ctx, Hold.of(reservation), extra),
    settle: (reservation, final) => settle(ctx, Hold.of(reservation), { by: 'self', ...final }),
    record: (requestId, final) => record(ctx, requestId, final),
    reap: (before) => reap(ctx, before),
    close: () => closeOwn(ctx),
  };
}
