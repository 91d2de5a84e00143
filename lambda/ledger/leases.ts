import { type Nano, toNano } from '../core/money.ts';
import type { Clock } from '../ports/clock.ts';
import type { Account } from './charge.ts';
import type { Pin } from './pins.ts';
import type { Journal } from './slots.ts';

/** What a lease has bought. */
export interface Grant {
  readonly money: Nano;
  /** Undefined where no rate of requests was charged; the same for tokens. */
  readonly requests: number | undefined;
  readonly tokens: number | undefined;
}

/**
 * A part of a scope's budget that one journal has taken in advance and spends without asking: the counter has it as used
 * already. Entries that it pays for lie in the same journal, so the reaper can add them up.
 */
export class Lease {
  readonly account: Account;
  readonly journal: Journal;
  readonly number: number;
  /** The windows it was taken from, in which everything is charged that it pays for. */
  readonly pin: Pin;
  /** Milliseconds since the epoch; nothing new is paid from it afterwards. */
  readonly end: number;
  readonly grant: Grant;
  #money: Nano;
  #requests: number;
  #tokens: number;
  /** Cost of the requests that are settled. */
  spent: Nano = toNano(0n);
  /** Requests that are not settled yet. */
  running = 0;
  /** Requests paid from it. */
  count = 0;
  isClosing = false;

  constructor(made: Pick<Lease, 'account' | 'journal' | 'number' | 'pin' | 'end' | 'grant'>) {
    this.account = made.account;
    this.journal = made.journal;
    this.number = made.number;
    this.pin = made.pin;
    this.end = made.end;
    this.grant = made.grant;
    this.#money = made.grant.money;
    this.#requests = made.grant.requests ?? 0;
    this.#tokens = made.grant.tokens ?? 0;
  }

  /**
   * Whether a request that comes now may be paid from it. The window that it was taken from may have ended meanwhile:
   * for its last seconds it pays on, out of what that window has given, or all processes would ask for new leases at
   * the same midnight.
   */
  isOpen(nowMs: number): boolean {
    return !this.journal.dead && !this.isClosing && nowMs < this.end;
  }

  covers(money: Nano, tokens: number): boolean {
    if (this.grant.requests !== undefined && this.#requests < 1) return false;
    return money <= this.#money && (this.grant.tokens === undefined || tokens <= this.#tokens);
  }

  /** Pays for a request. To be undone by `putBack` if it is not admitted after all. */
  pay(money: Nano, tokens: number): void {
    this.#money = toNano(this.#money - money);
    this.#requests -= 1;
    this.#tokens -= tokens;
    this.running += 1;
    this.count += 1;
  }

  putBack(money: Nano, tokens: number): void {
    this.#money = toNano(this.#money + money);
    this.#requests += 1;
    this.#tokens += tokens;
    this.running -= 1;
    this.count -= 1;
  }

  /** Pays more for a running request, also past its end. False if it cannot. */
  payMore(money: Nano): boolean {
    if (money > this.#money || this.journal.dead) return false;
    this.#money = toNano(this.#money - money);
    return true;
  }

  /** Takes back what a top-up did not take. */
  takeBack(money: Nano): void {
    this.#money = toNano(this.#money + money);
  }

  /** A request is settled: it had `paid` and cost `cost`; `back` was not used. */
  settle(paid: Nano, cost: Nano, back: { readonly tokens: number; readonly requests?: number }): void {
    this.#money = toNano(this.#money + paid - cost);
    this.spent = toNano(this.spent + cost);
    this.#tokens += back.tokens;
    this.#requests += back.requests ?? 0;
    this.running -= 1;
  }

  /** What was bought and not used, for giving back when it is closed. */
  unused(): { readonly requests: number; readonly tokens: number } {
    return {
      requests: this.grant.requests === undefined ? 0 : this.#requests,
      tokens: this.grant.tokens === undefined ? 0 : this.#tokens,
    };
  }
}

/** The open leases of this process. */
export class Leases {
  readonly #clock: Clock;
  readonly #open = new Set<Lease>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(lease: Lease): void {
    this.#open.add(lease);
  }

  remove(lease: Lease): void {
    this.#open.delete(lease);
  }

  get size(): number {
    return this.#open.size;
  }

  /** A lease of a journal that can pay for a request of a scope. */
  find(journal: Journal, scope: string, money: Nano, tokens: number): Lease | undefined {
    const now = this.#clock.now();
    for (const lease of this.#open) {
      if (lease.journal !== journal || lease.account.limits.scope !== scope) continue;
      if (lease.isOpen(now) && lease.covers(money, tokens)) return lease;
    }
    return undefined;
  }

  byNumber(journal: Journal, number: number): Lease | undefined {
    for (const lease of this.#open) {
      if (lease.journal === journal && lease.number === number) return lease;
    }
    return undefined;
  }

  /** Leases that pay for nothing any more and have nothing running; each is handed out once. */
  takeDue(): readonly Lease[] {
    if (this.#open.size === 0) return [];
    const now = this.#clock.now();
    const due = [...this.#open].filter(
      (lease) => !lease.isClosing && lease.running === 0 && !lease.isOpen(now),
    );
    for (const lease of due) lease.isClosing = true;
    return due;
  }

  /** Leaves a journal with its leases to the reaper. */
  abandon(journal: Journal): void {
    journal.dead = true;
    for (const lease of this.#open) if (lease.journal === journal) this.#open.delete(lease);
  }
}
