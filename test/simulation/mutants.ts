import { toNano } from '../../lambda/core/money.ts';
import { put } from '../../lambda/ledger/items.ts';
import type { AdmitRequest } from '../../lambda/ledger/ledger.ts';
import type { Item, Key, LedgerStore } from '../../lambda/ports/ledger-store.ts';
import type { Mutation } from '../support/ledger-faults.ts';
import {
  addsTo,
  closesLease,
  each,
  intoCurrent,
  isCounter,
  isEntry,
  isMark,
  isPut,
  isTopUp,
  narrowed,
  puts,
  WIDE,
  without,
  writesPolicy,
} from './mutations.ts';

/** A faulty ledger, made of the real one: by what it asks, by what it writes, or by what it reads. */
export interface Mutant {
  readonly what: string;
  readonly request?: (request: AdmitRequest) => AdmitRequest;
  readonly ops?: Mutation;
  readonly read?: (item: Item & Key) => Item & Key;
  /** Every second reading of a journal is the first one again, with nothing held in it any more. */
  readonly queriesOnce?: boolean;
}

/** The store as a mutant's ledger reads it. */
export function mutated(store: LedgerStore, mutant: Mutant | undefined): LedgerStore {
  const { read, queriesOnce } = mutant ?? {};
  if (read === undefined && queriesOnce !== true) return store;
  const asked = new Map<string, readonly (Item & Key)[]>();
  const seen = <T extends Item>(item: T, key: Key): T =>
    read === undefined ? item : { ...item, ...read({ ...item, ...key }) };
  return {
    transact: (ops) => store.transact(ops),
    get: async (key, how) => {
      const item = await store.get(key, how);
      return item === undefined ? undefined : seen(item, key);
    },
    query: async (pk, from) => {
      const last = asked.get(pk);
      asked.delete(pk);
      if (queriesOnce === true && last !== undefined) return last.filter((item) => item['st'] !== 'HELD');
      const items = (await store.query(pk, from)).map((item) => seen(item, item));
      asked.set(pk, items);
      return items;
    },
    openJournals: (shard, before) => store.openJournals(shard, before),
  };
}

/** Each takes one guard out of what the real ledger does. A simulation worth its name finds all of them. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'no-admit-guard': {
    what: 'an admission that does not ask whether its number is free',
    ops: each((op) => (puts(op, 'HELD') ? { ...op, when: [] } : op)),
  },
  'no-settle-guard': {
    what: 'a settle that does not ask whether the entry is held',
    ops: each((op) => (puts(op, 'F') && op.when.length > 1 ? without(op, 'st') : op)),
  },
  'settle-without-pin': {
    what: 'a settle without the pinned hold',
    ops: each((op) => (puts(op, 'F') ? without(op, 'n', 'e') : op)),
  },
  'settle-into-current': {
    what: 'a settle that does not go to the window it was admitted in',
    ops: (ops) => (ops.some((op) => puts(op, 'F')) ? ops.map(intoCurrent) : ops),
  },
  'top-up-without-number': {
    what: 'a top-up without its number',
    ops: each((op) => (isTopUp(op) ? without(op, 'n', 'e') : op)),
  },
  'top-up-into-current': {
    what: 'a top-up that does not go to the window it was admitted in',
    ops: (ops) => (ops.some(isTopUp) ? ops.map(intoCurrent) : ops),
  },
  'no-fence': {
    what: 'a reaper without a fence',
    ops: (ops) => (ops.some((op) => puts(op, 'FENCE')) ? 'swallow' : ops),
  },
  'no-tombstone': {
    what: 'a refusal without a tombstone',
    ops: (ops) => (ops.some((op) => puts(op, 'VOID')) ? 'swallow' : ops),
  },
  'no-second-query': {
    what: 'a reaper that does not look again',
    queriesOnce: true,
  },
  'reaper-charges-nothing': {
    what: 'a reaper that gives the hold back',
    ops: (ops) =>
      ops.some((op) => isEntry(op) && puts(op, 'F') && op.set.some((change) => isPut(change, 'by', 'reaper')))
        ? ops.map((op) => ({
            ...op,
            set: op.set.map((change) => (isEntry(op) && change.attr === 'a' ? put('a', 0n) : change)),
          }))
        : ops,
  },
  'check-then-write': {
    what: 'a limit that is looked at before the charge and is no condition of it',
    ops: each((op) =>
      isCounter(op)
        ? { ...op, when: op.when.filter((each) => each.op !== 'atMost' || isMark(each.attr)) }
        : op,
    ),
  },
  'no-limit-on-new-window': {
    what: 'a new or rolled window that takes what never fits',
    // Asks with limits a thousand times as wide, and narrows the conditions again: a new window has none.
    request: (request) => ({
      ...request,
      scopes: request.scopes.map((scope) => ({
        ...scope,
        budgets: scope.budgets.map((budget) => ({ ...budget, limit: toNano(budget.limit * WIDE) })),
      })),
    }),
    ops: each((op) => ({ ...op, when: op.when.map((condition) => narrowed(op, condition)) })),
  },
  'no-pinned-window': {
    what: 'a charge without the pinned window',
    ops: each((op) =>
      isCounter(op) ? { ...op, when: op.when.filter(({ attr }) => !attr.endsWith('.id')) } : op,
    ),
  },
  'no-cv-fence': {
    what: 'a charge that does not ask for the version of the policy',
    ops: each((op) => (isCounter(op) ? without(op, 'cv') : op)),
  },
  'no-cn-fence': {
    what: 'a charge that does not ask for the number of the config',
    ops: each((op) => (isCounter(op) ? without(op, 'cn') : op)),
  },
  'override-without-end': {
    what: 'an override that never expires',
    read: (item) =>
      item.sk === 'P' ? { ...item, d: String(item['d']).replaceAll('"until"', '"past"') } : item,
  },
  'observe-enforced': {
    what: 'an observed limit that refuses',
    request: (request) => ({
      ...request,
      scopes: request.scopes.map((scope) => ({
        ...scope,
        budgets: scope.budgets.map((budget) => ({ ...budget, mode: 'enforce' as const })),
      })),
    }),
  },
  'observe-untold': {
    what: 'an observed limit that is passed and not told',
    ops: each((op) => (isEntry(op) ? { ...op, set: op.set.filter(({ attr }) => attr !== 'wr') } : op)),
  },
  'rate-without-bound': {
    what: 'a rate without its upper bound',
    ops: each((op) => ({
      ...op,
      when: op.when.filter(
        ({ attr, op: kind }) => !(kind === 'atMost' && (attr === 'rt' || attr === 'tt') && addsTo(op, attr)),
      ),
    })),
  },
  'rate-refund-twice': {
    what: 'tokens that are given back twice',
    ops: each((op) => ({
      ...op,
      set: op.set.map((change) =>
        change.op === 'add' && change.attr === 'tt' && change.value < 0n
          ? { ...change, value: change.value * 2n }
          : change,
      ),
    })),
  },
  'rate-idle-unpinned': {
    what: 'a bucket that two take for idle at once',
    ops: each((op) => ({
      ...op,
      when: op.when.filter(({ attr }) => !((attr === 'rt' || attr === 'tt') && !addsTo(op, attr))),
    })),
  },
  'lease-returned-whole': {
    what: 'a lease that is given back whole',
    ops: (ops) => {
      const spent = closesLease(ops);
      if (spent === undefined) return ops;
      return ops.map((op) => ({
        ...op,
        set: op.set.map((change) =>
          change.op === 'add' && /(^tu|\.used|\.prevUsed)$/.test(change.attr)
            ? { ...change, value: change.value - spent }
            : change,
        ),
      }));
    },
  },
  'lease-in-no-number': {
    what: 'a lease that stands beside the numbered entries, where no fence stops it',
    ops: each((op) =>
      puts(op, 'OPEN') ? { ...op, key: { ...op.key, sk: op.key.sk.replace('E#0', 'E#9') } } : op,
    ),
  },
  'lease-says-more': {
    what: 'a lease that says more than it has taken',
    ops: each((op) => ({
      ...op,
      set: op.set.map((change) =>
        puts(op, 'OPEN') && change.attr === 'g' && change.op === 'put' && typeof change.value === 'bigint'
          ? put('g', change.value + 1n)
          : change,
      ),
    })),
  },
  'lease-closed-twice': {
    what: 'a lease that is closed without asking whether it is open',
    ops: each((op) => (puts(op, 'CLOSED') ? { ...op, when: [] } : op)),
  },
  'move-without-windows': {
    what: 'a share that moves between pools without their windows',
    ops: (ops) =>
      writesPolicy(ops)
        ? ops.map((op) =>
            isCounter(op) ? { ...op, when: op.when.filter(({ attr }) => !attr.endsWith('.id')) } : op,
          )
        : ops,
  },
  'move-without-room': {
    what: 'a share that moves away although it is used',
    ops: (ops) =>
      writesPolicy(ops)
        ? ops.map((op) =>
            isCounter(op) ? { ...op, when: op.when.filter((each) => each.op !== 'atMost') } : op,
          )
        : ops,
  },
  'move-without-mark': {
    what: 'a share that moves without telling the counters',
    ops: (ops) =>
      writesPolicy(ops)
        ? ops.map((op) => (isCounter(op) ? { ...op, set: op.set.filter(({ attr }) => attr !== 'cv') } : op))
        : ops,
  },
  'split-with-empty-buckets': {
    what: 'a new pool that may take at once what the others have taken already',
    ops: (ops) =>
      writesPolicy(ops)
        ? ops.map((op) => ({ ...op, set: op.set.filter(({ attr }) => attr !== 'rt' && attr !== 'tt') }))
        : ops,
  },
  'parallel-not-counted': {
    what: 'a running request that is not counted',
    ops: each((op) => ({
      ...op,
      set: op.set.filter((change) => !(change.attr === 'pl' && change.op === 'add' && change.value > 0n)),
    })),
  },
  'parallel-not-decremented': {
    what: 'a running request that is never counted down',
    ops: each((op) => ({
      ...op,
      set: op.set.filter((change) => !(change.attr === 'pl' && change.op === 'add' && change.value < 0n)),
    })),
  },
};
