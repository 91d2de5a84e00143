import { amount, counterOf } from '../../ledger/items.ts';
import type { Timer } from '../../ports/clock.ts';
import type { Item, LedgerStore, Op, Value } from '../../ports/ledger-store.ts';
import type { Crossing } from '../../ports/notices.ts';
import { reached, sumOf } from './crossings.ts';
import { alertId, createRaise, type RaiseDeps } from './raise.ts';
import { REFUSED, refusalOf } from './refusals.ts';
import { ScopeCounters } from './scope-counters.ts';
import { SoftLimits } from './soft-limits.ts';

export interface WatchDeps extends RaiseDeps {
  /** Milliseconds from a change to the look at its budgets; default 1,000. */
  readonly afterMs?: number;
}

export interface BudgetWatch {
  /** The store that the ledger has to write through. */
  readonly store: LedgerStore;
  /** Raises what was crossed by now. Never rejects: what could not be told waits for the next look. */
  look(): Promise<void>;
  /** Ends the timer after a last look. */
  stop(): Promise<void>;
}

const AFTER_MS = 1_000;

/**
 * Alerts where no change stream exists: the store notes which scopes were charged, and soon after, off the path of the
 * request, their counters are read and compared with the marks. A request pays for a look at its writes and one entry of
 * a map. A scope is looked at from its first charge after a start, so that a mark which an earlier process left pending,
 * or reached in its last second, is told by this one.
 */
export function watchBudgets(deps: WatchDeps): BudgetWatch {
  const { store, clock, afterMs = AFTER_MS } = deps;
  const raise = createRaise(deps);
  const counters = new ScopeCounters(store);
  const soft = new SoftLimits(store);
  /** The highest pool that was charged, by scope. */
  const charged = new Map<string, number>();
  const refused = new Map<string, Crossing>();
  let timer: Timer | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  function note(ops: readonly Op[]): void {
    for (const op of ops) {
      const counter = settles(op) ? counterOf(op.key) : undefined;
      if (counter !== undefined) charge(counter.scope, counter.pool);
      const refusal = isRefusal(op) ? refusalOf(itemOf(op)) : undefined;
      if (refusal !== undefined) refused.set(alertId(refusal), refusal);
    }
    start();
  }

  function charge(scope: string, pool: number): void {
    charged.set(scope, Math.max(charged.get(scope) ?? 0, pool));
  }

  function start(): void {
    if (timer === undefined && !stopped && charged.size + refused.size > 0)
      timer = clock.after(afterMs, () => {
        timer = undefined;
        void look();
      });
  }

  async function tell(crossing: Crossing): Promise<void> {
    if (await raise(crossing)) return;
    if (crossing.refused) refused.set(alertId(crossing), crossing);
    else charge(crossing.scope, 0);
  }

  async function examine(): Promise<void> {
    const scopes = [...charged];
    const refusals = [...refused.values()];
    charged.clear();
    refused.clear();
    for (const [scope, pool] of scopes) {
      try {
        const items = await counters.read(scope, { pool, version: 0n });
        for (const item of items) await soft.load(amount(item, 'cn'));
        for (const crossing of reached(scope, sumOf(items), soft.of)) await tell(crossing);
      } catch (error) {
        charge(scope, pool);
        const detail = error instanceof Error ? error.message : String(error);
        deps.telemetry.emit({ type: 'warning', what: 'alert_unread', requestId: undefined, detail });
      }
    }
    for (const crossing of refusals) await tell(crossing);
    start();
  }

  /** One after the other: two looks at a time would find each other's marks pending. */
  function look(): Promise<void> {
    running = running.then(examine);
    return running;
  }

  return {
    store: through(store, note),
    look,
    async stop() {
      stopped = true;
      timer?.cancel();
      await look();
    },
  };
}

/** The store with a look at every write that may have worked: looking once too often does no harm. */
function through(store: LedgerStore, note: (ops: readonly Op[]) => void): LedgerStore {
  return {
    async transact(ops) {
      const result = await store.transact(ops);
      if (result.type === 'done' || result.type === 'unknown') note(ops);
      return result;
    },
    get: (key, read) => store.get(key, read),
    query: (pk, from) => store.query(pk, from),
    openJournals: (shard, before) => store.openJournals(shard, before),
  };
}

/** Whether an op moves settled cost: every settlement adds to `s`. */
function settles({ set }: Op): boolean {
  return set.some(({ attr }) => attr === 's');
}

function isRefusal({ set }: Op): boolean {
  return set.some((change) => change.op === 'put' && change.attr === 'ec' && change.value === REFUSED);
}

/** What an op that creates an item writes. */
function itemOf({ set }: Op): Item {
  const item: Record<string, Value> = {};
  for (const change of set) if (change.op === 'put') item[change.attr] = change.value;
  return item;
}
