import { TollgateError } from '../../core/errors.ts';
import type { LedgerStore, Op, TransactResult } from '../../ports/ledger-store.ts';
import { Circuit, type GuardDeps } from './circuit.ts';
import { within } from './deadline.ts';

/**
 * Milliseconds after which an answer is given up. An adapter has its own, shorter timeouts; these hold when it hangs in
 * spite of them. A write has one call of a second, and at a cold start the loading of the client before it; a read is
 * tried twice; a query may have many pages.
 */
export const TRANSACT_MS = 2_500;
export const GET_MS = 3_500;
export const QUERY_MS = 15_000;

/**
 * A store that answers in bounded time, and at once while it is known to be away: a circuit breaker each for its writes and its reads. Only
 * calls that were never sent become `unavailable` here; a lost answer stays `unknown`.
 *
 * While a breaker is open, new work is refused and one call at a time looks whether the store is back. Writes that end
 * what is already running (a settlement, the tombstone of an admission in doubt) do not wait for the next look: each may
 * be one, and those that come during a look wait for its end. So a settlement gets through as early as it would without
 * a breaker.
 */
export function guardStore(store: LedgerStore, deps: GuardDeps): LedgerStore {
  const { clock } = deps;
  // Apart, since neither shows how the other fares: a table that is throttled for writes can still be read.
  const writes = new Circuit(deps, 'writes');
  const reads = new Circuit(deps, 'reads');
  const read = <T>(ms: number, call: () => Promise<T>): Promise<T> =>
    reads.run({
      call: () => within(clock, ms, call, () => Promise.reject(unreadable('did not answer in time'))),
      works: () => true,
      away: (reason) => Promise.reject(unreadable(reason)),
      urgent: false,
    });
  return {
    transact: (ops) =>
      writes.run<TransactResult>({
        call: () =>
          within(
            clock,
            TRANSACT_MS,
            () => store.transact(ops),
            () => ({ type: 'unknown', reason: 'the store did not answer in time' }),
          ),
        works: ({ type }) => type !== 'unavailable' && type !== 'unknown',
        away: (reason) => ({ type: 'unavailable', reason: `the store ${reason}` }),
        urgent: ops.some(endsWork),
      }),
    get: (key, how) => read(GET_MS, () => store.get(key, how)),
    query: (pk, from) => read(QUERY_MS, () => store.query(pk, from)),
    openJournals: (shard, before) => read(QUERY_MS, () => store.openJournals(shard, before)),
  };
}

function unreadable(reason: string): TollgateError {
  return new TollgateError('ledger_unavailable', `The ledger cannot be read: the store ${reason}`);
}

/** A held entry that becomes final, or a tombstone. */
function endsWork({ when, set }: Op): boolean {
  const state = set.find(({ attr }) => attr === 'st');
  if (state?.op !== 'put') return false;
  return state.value === 'VOID' || (state.value === 'F' && when.some(({ op }) => op === 'equals'));
}
