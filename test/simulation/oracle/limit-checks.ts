import type { Budget } from '../../../lambda/core/scope-limits.ts';
import { sharesOf } from '../../../lambda/ledger/shares.ts';
import { show } from '../../support/ledger-world.ts';
import { chargeOf, number, type Place } from './books.ts';
import type { Oracle, Taking } from './oracle.ts';
import type { Rules } from './rulebook.ts';
import type { Stored } from './store.ts';

/** No admission, top-up or lease goes over the limit that was in force at the counter; observed ones say that they do. */
export function checkLimits(oracle: Oracle, taking: Taking): void {
  const { entry, before } = taking;
  for (const place of oracle.books.places(entry)) {
    if (place.lease !== undefined) {
      checkLease(oracle, entry, place);
      continue;
    }
    const counter = oracle.store.find({ pk: place.pk, sk: 'C' });
    if (counter === undefined) continue;
    const rules = oracle.rulebook.rules(place.scope, counter, taking.sender.at, taking.sender.own);
    if (rules === undefined) {
      oracle.expect(false, () => `limited by nothing that was ever in force: ${show(counter)}`);
      continue;
    }
    const had =
      before === undefined ? 0n : chargeOf(before, oracle.books.placeOf(before, place.scope) ?? place);
    const check = new Check(oracle, entry, place, counter, rules);
    // Whoever takes nothing more goes over no limit, though a cost above a hold may have.
    if (before !== undefined && chargeOf(entry, place) === had) continue;
    for (const budget of rules.limits.budgets) check.budget(budget, before === undefined);
    if (before === undefined) check.parallel();
  }
}

class Check {
  readonly #oracle: Oracle;
  readonly #entry: Stored;
  readonly #place: Place;
  readonly #counter: Stored;
  readonly #rules: Rules;

  constructor(oracle: Oracle, entry: Stored, place: Place, counter: Stored, rules: Rules) {
    this.#oracle = oracle;
    this.#entry = entry;
    this.#place = place;
    this.#counter = counter;
    this.#rules = rules;
  }

  budget(budget: Budget, isNew: boolean): void {
    const isTotal = budget.window.window === 'total';
    const window = isTotal ? 'total' : this.#place.windows.find(([id]) => id === budget.id)?.[1];
    if (window === undefined) {
      // A request tops up in the windows that it was admitted in; those of a newer config do not bind it.
      this.#oracle.expect(!isNew, () => `${budget.id} was not charged: ${show(this.#entry)}`);
      return;
    }
    const used = isTotal ? number(this.#counter['tu']) : this.#used(budget.id, window);
    if (used === undefined) return;
    const share = this.#share(budget, window);
    if (budget.mode === 'observe') this.#observed(budget.id, used > share);
    else {
      this.#oracle.expect(
        used <= share,
        () => `${this.#place.pk} ${budget.id} ${window}: ${used} of ${share}, by ${show(this.#entry)}`,
      );
      this.#inAll(budget, isTotal, window);
    }
  }

  parallel(): void {
    const { parallel } = this.#rules.limits;
    const isLease = this.#entry['g'] !== undefined;
    if (isLease) return;
    this.#oracle.expect(
      this.#place.running === (parallel !== undefined),
      () => `whether it runs is not told: ${show(this.#entry)}`,
    );
    if (parallel === undefined) return;
    const running = this.#oracle.books.pools(this.#place.scope).reduce((sum, book) => sum + book.running, 0);
    if (parallel.mode === 'observe') this.#observed('parallel', running > parallel.limit);
    else {
      this.#oracle.expect(
        running <= parallel.limit,
        () => `${this.#place.pk}: ${running} of ${parallel.limit} run, by ${show(this.#entry)}`,
      );
    }
  }

  #observed(name: string, isOver: boolean): void {
    if (!isOver) return;
    this.#oracle.tally.wouldRefuse += 1;
    this.#oracle.expect(
      namesLimit(this.#entry, this.#place.scope, name),
      () => `over what is observed, and does not say so: ${name} ${show(this.#entry)} ${show(this.#counter)}`,
    );
  }

  #used(budget: string, window: string): bigint | undefined {
    if (this.#counter[`${budget}.id`] === window) return number(this.#counter[`${budget}.used`]);
    if (this.#counter[`${budget}.prev`] === window) return number(this.#counter[`${budget}.prevUsed`]);
    return undefined;
  }

  #share(budget: Budget, window: string): bigint {
    const { policy } = this.#rules;
    const pool = poolOf(this.#place.pk);
    if (policy.everPools === 1 && pool === 0) return budget.limit;
    const shares = sharesOf(budget.limit, policy, budget.id, window);
    // A share below 0 takes nothing away from the others.
    const sum = shares.reduce((total, share) => (share > 0n ? total + share : total), 0n);
    this.#oracle.expect(
      sum <= budget.limit,
      () => `shares of ${sum}, limit ${budget.limit}: ${show(policy)}`,
    );
    return shares[pool] ?? 0n;
  }

  /** All pools together never have more than the widest limit that there ever was, except for overruns. */
  #inAll(budget: Budget, isTotal: boolean, window: string): void {
    const books = this.#oracle.books.pools(this.#place.scope);
    if (books.length < 2) return;
    let used = 0n;
    for (const book of books) {
      const sum = isTotal ? book.total : book.windows.get(`${budget.id} ${window}`);
      if (sum !== undefined) used += sum.used - sum.over;
    }
    const widest = this.#oracle.rulebook.widest(this.#place.scope, budget.id);
    this.#oracle.expect(
      used <= widest,
      () => `all pools of ${this.#place.scope} ${budget.id} ${window}: ${used} of ${widest}`,
    );
  }
}

/** What is paid from a lease is at most what it holds, apart from costs above a hold. */
function checkLease(oracle: Oracle, entry: Stored, place: Place): void {
  const sk = `E#${String(place.lease).padStart(6, '0')}`;
  const lease = oracle.store.find({ pk: entry.pk, sk });
  const { paid, over } = oracle.books.lease(entry.pk, place.lease ?? 0);
  oracle.expect(
    paid - over <= number(lease?.['g']),
    () => `a lease pays ${paid}, ${over} of it overrun: ${show(lease)}, by ${show(entry)}`,
  );
}

export function namesLimit(entry: Stored, scope: string, name: string): boolean {
  const wr = entry['wr'];
  return typeof wr === 'string' && wr.includes(`${scope} ${name}`);
}

function poolOf(pk: string): number {
  return Number(pk.slice(1, pk.indexOf('#')) || '0');
}
