import type { Nano } from '../../core/money.ts';
import type { ScopeLimits } from '../../core/scope-limits.ts';
import type { OwnAmounts } from '../ledger.ts';
import { accountOf, type Claim } from './claims.ts';

/** Budgets that are counted at a time; further ones get no allowance. About 1 MB. */
const MAX_ACCOUNTS = 10_000;

/** One budget's allowance, in nano-dollars. */
interface Account {
  /** Held by running requests. */
  running: bigint;
  /** Spent, and not yet charged in the ledger. */
  owed: bigint;
  /** Spent and charged, since the ledger last admitted a request of this scope. */
  charged: bigint;
}

/**
 * What this process has spent of each budget without the ledger. An allowance is a hard bound: `running + owed + charged`
 * never passes it by a claim, only by a cost above its hold. It is whole again when the ledger admits a request of the
 * same scope, but for what is still running or owed: a ledger that comes and goes does not multiply it.
 */
export class Allowances {
  readonly #accounts = new Map<string, Account>();

  /** Takes all of the claims or none. */
  take(claims: readonly Claim[]): boolean {
    const fits = claims.every(({ account, allowed, amount }) => this.#taken(account) + amount <= allowed);
    const fresh = claims.filter(({ account }) => !this.#accounts.has(account)).length;
    if (!fits || this.#accounts.size + fresh > MAX_ACCOUNTS) return false;
    for (const { account, amount } of claims) this.#account(account).running += amount;
    return true;
  }

  /** Replaces what a request held by what it cost; that is owed until `charge`. */
  spend(claims: readonly Claim[], cost: Nano, own: OwnAmounts | undefined): void {
    for (const { account, scope, amount } of claims) {
      const entry = this.#account(account);
      entry.running -= amount;
      entry.owed += own?.get(scope) ?? cost;
    }
  }

  /** The ledger has taken a cost, or it was given up: it is no longer owed. */
  charge(claims: readonly Claim[], cost: Nano, own: OwnAmounts | undefined): void {
    for (const { account, scope } of claims) {
      const entry = this.#account(account);
      const share = own?.get(scope) ?? cost;
      entry.owed -= share;
      entry.charged += share;
    }
  }

  /** The ledger admits again: in these scopes, or in all of them. */
  restore(scopes?: readonly ScopeLimits[]): void {
    if (this.#accounts.size === 0) return;
    const names =
      scopes === undefined
        ? [...this.#accounts.keys()]
        : scopes.flatMap(({ scope, budgets }) => budgets.map(({ id }) => accountOf(scope, id)));
    for (const name of names) {
      const entry = this.#accounts.get(name);
      if (entry === undefined) continue;
      entry.charged = 0n;
      if (entry.running === 0n && entry.owed === 0n) this.#accounts.delete(name);
    }
  }

  #taken(name: string): bigint {
    const entry = this.#accounts.get(name);
    return entry === undefined ? 0n : entry.running + entry.owed + entry.charged;
  }

  #account(name: string): Account {
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    const account = { running: 0n, owed: 0n, charged: 0n };
    this.#accounts.set(name, account);
    return account;
  }
}
