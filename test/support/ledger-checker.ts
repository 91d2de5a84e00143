import type { Budget, ScopeBudgets } from '../../lambda/core/budgets.ts';
import { readPins } from '../../lambda/ledger/pins.ts';
import type { Item, Key, Op, TransactResult } from '../../lambda/ports/ledger-store.ts';
import { show } from './ledger-world.ts';
import { MemoryStore } from './memory-store.ts';

/** What must hold of the ledger's items after every committed write, or the run ends with what was broken. */
export class CheckedStore extends MemoryStore {
  /** The first broken promise, in words. */
  problem: string | undefined;
  commits = 0;
  readonly #budgets = new Map<string, readonly Budget[]>();
  /** What the entries add up to, by scope, budget and window. */
  readonly #sums = new Map<string, bigint>();
  /** Costs above a hold, by scope, budget and window: the only way over a limit. */
  readonly #overruns = new Map<string, bigint>();

  readonly #byRequest = new Map<string, string>();

  constructor(scopes: readonly ScopeBudgets[]) {
    super();
    for (const scope of scopes) this.#budgets.set(scope.scope, scope.budgets);
  }

  override async transact(ops: readonly Op[]): Promise<TransactResult> {
    const before = ops.map((op) => this.items.get(`${op.key.pk}\n${op.key.sk}`));
    const result = await super.transact(ops);
    if (result.type !== 'done') return result;
    this.commits += 1;
    const scopes = new Set<string>();
    for (const [index, op] of ops.entries()) {
      const after = this.items.get(`${op.key.pk}\n${op.key.sk}`)!;
      if (op.key.sk === 'C') scopes.add(op.key.pk.slice(2));
      if (op.key.sk === 'C') this.#checkMovesForward(before[index], after);
      if (op.key.sk.startsWith('E#')) this.#account(before[index], after, scopes);
    }
    for (const scope of scopes) this.#checkCounter(scope);
    return result;
  }

  expect(holds: boolean, what: () => string): void {
    if (!holds) this.problem ??= what();
  }

  entryOf(requestId: string): Item | undefined {
    const key = this.#byRequest.get(requestId);
    return key === undefined ? undefined : this.items.get(key);
  }

  entries(): (Item & Key)[] {
    return [...this.items.values()].filter((item) => item.sk.startsWith('E#'));
  }

  /** When everything has stopped and was reaped, nothing is held and every counter is what its entries cost. */
  checkAtRest(): void {
    const byRequest = new Map<string, number>();
    const journals = new Map<string, (Item & Key)[]>();
    for (const item of this.items.values()) {
      if (item.sk === '#') this.expect(item['gx'] === undefined, () => `the journal ${item.pk} stays open`);
      if (item.sk === 'C') this.expect(item['tu'] === (item['s'] ?? 0n), () => `a leak: ${show(item)}`);
      if (!item.sk.startsWith('E#')) continue;
      journals.set(item.pk, [...(journals.get(item.pk) ?? []), item]);
      this.expect(item['st'] !== 'HELD', () => `the entry of ${item['rid']} stays held`);
      const rid = item['rid'];
      if (typeof rid === 'string') byRequest.set(rid, (byRequest.get(rid) ?? 0) + 1);
    }
    for (const [rid, count] of byRequest) this.expect(count === 1, () => `${rid} has ${count} entries`);
    for (const [journal, entries] of journals) {
      const numbers = entries.map((entry) => Number(entry.sk.slice(2)));
      this.expect(Math.max(...numbers) === numbers.length, () => `${journal} has a gap`);
    }
  }

  /** Moves the sums by what an entry's change means, and checks that a final entry never changes. */
  #account(before: Item | undefined, after: Item & Key, scopes: Set<string>): void {
    if (before !== undefined) {
      this.expect(
        before['st'] === 'HELD',
        () => `a write on an entry that is final: ${show(before)} ${show(after)}`,
      );
    }
    if (typeof after['sc'] !== 'string') return;
    if (before === undefined) this.#byRequest.set(String(after['rid']), `${after.pk}\n${after.sk}`);
    const [was, is] = [charged(before), charged(after)];
    const overrun = after['overrun'] === undefined ? 0n : is - number(after['e']);
    if (after['st'] === 'F') {
      this.expect(overrun >= 0n, () => `an overrun of less than the hold: ${show(after)}`);
      this.expect(
        is <= number(after['e']) + overrun,
        () => `a cost above the hold is not flagged: ${show(after)}`,
      );
      if (after['by'] === 'reaper') this.expect(is === after['e'], () => `the reaper charged ${show(after)}`);
    }
    for (const pin of readPins(after['sc'])) {
      scopes.add(pin.scope);
      const keys = [
        `${pin.scope} total`,
        ...pin.windows.map(({ budget, id }) => `${pin.scope} ${budget} ${id}`),
      ];
      for (const key of keys) {
        this.#sums.set(key, (this.#sums.get(key) ?? 0n) + is - was);
        this.#overruns.set(key, (this.#overruns.get(key) ?? 0n) + overrun);
      }
      if (after['st'] !== 'F') continue;
      const settled = `${pin.scope} settled`;
      this.#sums.set(settled, (this.#sums.get(settled) ?? 0n) + is);
    }
  }

  /** Conservation, and no limit passed by more than the overruns. */
  #checkCounter(scope: string): void {
    const counter = this.items.get(`S#${scope}\nC`);
    const check = (key: string, used: bigint, limit: bigint | undefined) => {
      const sum = this.#sums.get(`${scope} ${key}`) ?? 0n;
      this.expect(used === sum, () => `${scope} ${key}: the counter says ${used}, its entries ${sum}`);
      const over = used - (this.#overruns.get(`${scope} ${key}`) ?? 0n);
      if (limit !== undefined)
        this.expect(over <= limit, () => `${scope} ${key}: ${over} of ${limit} without overruns`);
    };
    const budgets = this.#budgets.get(scope) ?? [];
    check(
      'total',
      number(counter?.['tu']),
      budgets.find((budget) => budget.window.window === 'total')?.limit,
    );
    check('settled', number(counter?.['s']), undefined);
    this.expect(number(counter?.['s']) <= number(counter?.['tu']), () => `${scope}: more settled than used`);
    for (const { id, limit, window } of budgets) {
      if (window.window === 'total') continue;
      for (const [name, used] of [
        ['id', 'used'],
        ['prev', 'prevUsed'],
      ]) {
        const windowId = counter?.[`${id}.${name}`];
        if (windowId !== undefined) check(`${id} ${windowId}`, number(counter?.[`${id}.${used}`]), limit);
      }
    }
  }

  #checkMovesForward(before: Item | undefined, after: Item): void {
    this.expect(number(before?.['s']) <= number(after['s']), () => `settled cost fell: ${show(after)}`);
    for (const [attr, value] of Object.entries(before ?? {})) {
      if (!attr.endsWith('.id') && !attr.endsWith('.prev')) continue;
      this.expect(
        String(after[attr]) >= String(value),
        () => `a window went back: ${show(before)} ${show(after)}`,
      );
    }
  }
}

function charged(entry: Item | undefined): bigint {
  return number(entry?.[entry['st'] === 'F' ? 'a' : 'e']);
}

function number(value: unknown): bigint {
  return typeof value === 'bigint' ? value : 0n;
}
