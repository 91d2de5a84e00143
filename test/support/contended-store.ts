import type { LedgerStore } from '../../lambda/ports/ledger-store.ts';
import type { Dice } from './virtual-clock.ts';

/**
 * Cancels a share of the transactions as DynamoDB does where two meet on an item: here on the first one, a counter.
 * Stores that carry out one transaction at a time never do so by themselves.
 */
export function contended(store: LedgerStore, dice: Dice, share: number): LedgerStore {
  return {
    transact: async (ops) =>
      ops.length > 1 && dice.chance(share) ? { type: 'conflict', at: [0] } : store.transact(ops),
    get: (key, read) => store.get(key, read),
    query: (pk, from) => store.query(pk, from),
    openJournals: (shard, before) => store.openJournals(shard, before),
  };
}
