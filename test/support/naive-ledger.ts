import { type Nano, toNano } from '../../lambda/core/money.ts';
import type { ScopeLimits } from '../../lambda/core/scope-limits.ts';
import { amount, counterKey } from '../../lambda/ledger/items.ts';
import type {
  Admission,
  AdmitRequest,
  BudgetRefusal,
  Final,
  Ledger,
  Reservation,
  Settled,
} from '../../lambda/ledger/ledger.ts';
import type { Change, Condition, LedgerStore } from '../../lambda/ports/ledger-store.ts';

/** Where a naive ledger looks before a call, and when it writes. */
export type NaiveWay =
  /** Reads what was spent, compares, calls, and adds the cost afterwards. The usual design. */
  | 'check_then_charge'
  /** Reserves at once, but in the memory of its own process; the store is told afterwards. */
  | 'own_memory'
  /** Reserves in the store, and repeats the same addition when no answer came, as clients of databases do. */
  | 'blind_retry';

interface Held extends Reservation {
  readonly scopes: readonly ScopeLimits[];
}

/** Budgets as they are often built, behind the interface of the real ones. For comparison; over totals only. */
export class NaiveLedger implements Ledger {
  readonly #store: LedgerStore;
  readonly #way: NaiveWay;
  readonly #memory = new Map<string, Nano>();

  constructor(store: LedgerStore, way: NaiveWay) {
    this.#store = store;
    this.#way = way;
  }

  async admit(request: AdmitRequest): Promise<Admission> {
    const refusal = (await this.#check(request)) ?? (await this.#reserve(request));
    if (refusal !== undefined) return { type: 'refused', refusal };
    const view = { tightest: undefined, requests: undefined, tokens: undefined, soft: [] };
    const { requestId, estimate, scopes } = request;
    const reservation: Held = { requestId, held: estimate, view, wouldRefuse: [], scopes };
    return { type: 'admitted', reservation };
  }

  async settle(reservation: Reservation, final: Final): Promise<Settled> {
    const before = this.#way === 'blind_retry' ? reservation.held : 0n;
    // It is handed back what `admit` has made.
    for (const { scope } of (reservation as Held).scopes)
      await this.#add(scope, [
        { op: 'add', attr: 'tu', value: final.cost - before },
        { op: 'add', attr: 's', value: final.cost },
      ]);
    return { type: 'settled' };
  }

  async topUp(reservation: Reservation) {
    return { type: 'admitted' as const, reservation };
  }

  async record(): Promise<Settled> {
    return { type: 'settled' };
  }

  async post(): Promise<Settled> {
    return { type: 'settled' };
  }

  async reap() {
    return { journals: 0, abandoned: 0 };
  }

  async close(): Promise<void> {}

  async #check({ scopes, estimate }: AdmitRequest): Promise<BudgetRefusal | undefined> {
    for (const scope of scopes) {
      const counter = await this.#store.get(counterKey(scope.scope));
      const own = this.#memory.get(scope.scope) ?? toNano(0n);
      const used = this.#way === 'own_memory' ? own : amount(counter, 'tu');
      const full = scope.budgets.find(({ limit }) => used + estimate > limit);
      if (full !== undefined) return refusal(scope, used, estimate);
    }
    return undefined;
  }

  async #reserve({ scopes, estimate }: AdmitRequest): Promise<BudgetRefusal | undefined> {
    for (const [index, scope] of scopes.entries()) {
      this.#memory.set(scope.scope, toNano((this.#memory.get(scope.scope) ?? 0n) + estimate));
      if (this.#way !== 'blind_retry' || (await this.#take(scope, estimate))) continue;
      for (const done of scopes.slice(0, index))
        await this.#add(done.scope, [{ op: 'add', attr: 'tu', value: -estimate }]);
      return refusal(scope, toNano(0n), estimate);
    }
    return undefined;
  }

  async #take({ scope, budgets }: ScopeLimits, estimate: Nano): Promise<boolean> {
    const add: Change = { op: 'add', attr: 'tu', value: estimate };
    const fresh = (await this.#store.get(counterKey(scope)))?.['tu'] === undefined;
    if (fresh && (await this.#add(scope, [add], [{ op: 'absent', attr: 'tu' }]))) return true;
    const room = budgets.map(({ limit }) => ({ op: 'atMost' as const, attr: 'tu', value: limit - estimate }));
    return this.#add(scope, [add], room);
  }

  async #add(scope: string, set: readonly Change[], when: readonly Condition[] = []): Promise<boolean> {
    for (;;) {
      const { type } = await this.#store.transact([{ key: counterKey(scope), when, set }]);
      if (type === 'done') return true;
      if (type === 'refused') return false;
    }
  }
}

function refusal({ scope, budgets }: ScopeLimits, spent: Nano, estimate: Nano): BudgetRefusal {
  const { id = '', limit = toNano(0n) } = budgets[0] ?? {};
  const figures = { limit, estimate, spent, held: toNano(0n), resetsAt: undefined };
  return { type: 'budget', kind: 'exceeded', scope, budgetId: id, ...figures };
}
