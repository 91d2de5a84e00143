import assert from 'node:assert/strict';
import type { ScopeLimits } from '../../lambda/core/scope-limits.ts';
import { createLedger as createNew } from '../../lambda/ledger/create-ledger.ts';
import { counterKey } from '../../lambda/ledger/items.ts';
import type { Item, Key, LedgerStore } from '../../lambda/ports/ledger-store.ts';
// biome-ignore lint/correctness/useImportExtensions: its types stand in ledger.d.mts, which the rule takes for the module
import { createLedger as createOld } from '../fixtures/ledger-v1/ledger.mjs';
import { cost, LONGEST_MS, ManualClock, show, usd } from './ledger-world.ts';
import { LossyStore } from './lossy-store.ts';
import { CountingIds, Dice } from './virtual-clock.ts';

/** The ledger of version 1. */
export { createOld };

export type Version = 'old' | 'new';

export type Step =
  | {
      readonly do: 'admit';
      readonly by: Version;
      readonly scopes: readonly number[];
      readonly estimate: number;
    }
  | { readonly do: 'topUp'; readonly pick: number; readonly extra: number }
  | { readonly do: 'settle'; readonly pick: number; readonly percent: number }
  /** `early`: also journals that have not expired, whose owner may still write. */
  | { readonly do: 'reap'; readonly by: Version; readonly early: boolean }
  | { readonly do: 'kill'; readonly by: Version }
  | { readonly do: 'wait'; readonly ms: number };

/** The moves that both versions have, with the differences of their interfaces hidden. */
interface Side {
  admit(requestId: string, scopes: readonly ScopeLimits[], estimate: number): Promise<Open | string>;
  reap(before: number): Promise<{ readonly abandoned: number }>;
}

interface Open {
  readonly by: Version;
  readonly scopes: readonly ScopeLimits[];
  held(): bigint;
  topUp(extra: number): Promise<string>;
  settle(nano: bigint): Promise<string>;
}

interface MixedOptions {
  readonly store: LedgerStore;
  readonly scopes: readonly ScopeLimits[];
  /** Milliseconds since the epoch. */
  readonly start: number;
}

/** A ledger of version 1 and a present one over one table, and what must hold of both together. */
export class Mixed {
  readonly counts = {
    oldAdmitted: 0,
    newAdmitted: 0,
    refused: 0,
    toppedUp: 0,
    oldReapedNew: 0,
    newReapedOld: 0,
  };
  readonly #scopes: readonly ScopeLimits[];
  readonly #store: LossyStore;
  readonly #clock: ManualClock;
  readonly #ids = new CountingIds();
  readonly #dice = new Dice(1);
  readonly #sides: Record<Version, Side>;
  readonly #open: Open[] = [];
  /** What every request asked for and was answered, by its id. */
  readonly #asked = new Map<string, { readonly scopes: readonly ScopeLimits[]; readonly answer: string }>();
  #environments = 0;
  #requests = 0;

  constructor(options: MixedOptions) {
    this.#scopes = options.scopes;
    this.#store = new LossyStore(options.store, this.#dice, 0);
    this.#clock = new ManualClock(options.start);
    this.#sides = { old: this.#begin('old'), new: this.#begin('new') };
  }

  /** Every item of the table. */
  items(): Promise<readonly (Item & Key)[]> {
    return this.#store.items();
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'wait') this.#clock.time += step.ms;
    else if (step.do === 'admit') await this.#admit(step.by, step.scopes, step.estimate);
    else if (step.do === 'topUp') await this.#topUp(step.pick, step.extra);
    else if (step.do === 'settle') await this.#settle(step.pick, step.percent);
    else if (step.do === 'reap') await this.#reap(step.by, step.early);
    else this.#kill(step.by);
  }

  /** No window of a budget holds more than its limit: nothing here costs more than its hold. */
  async checkLimits(): Promise<void> {
    for (const { scope, budgets } of this.#scopes) {
      const counter = await this.#store.get(counterKey(scope));
      for (const { id, limit, window } of budgets) {
        const used = counter?.[window.window === 'total' ? 'tu' : `${id}.used`] ?? 0n;
        assert.ok(Number(used) <= Number(limit), `${scope} ${id}: ${show(counter)}`);
      }
    }
  }

  /**
   * Ends everything, lets a fresh ledger of one version reap, and adds up. What the old one charges stands; a journal
   * that it has to leave, since it cannot read all of it, is closed by the new one.
   */
  async finish(last: Version): Promise<void> {
    this.#kill('old');
    this.#kill('new');
    await this.#reap(last, true);
    if (last === 'old') await this.#reap('new', true);
    const items = await this.items();
    for (const item of items) {
      assert.notEqual(item['st'], 'HELD', show(item));
      if (item.sk === '#') assert.equal(item['gx'], undefined, `${item.pk} stays open`);
    }
    const charged = new Map<string, bigint>();
    for (const [requestId, { scopes, answer }] of this.#asked) {
      const entries = items.filter((item) => item['rid'] === requestId);
      // Nobody knows whether an admission without an answer has worked; if so, it was reaped.
      const [least, most] = answer === 'admitted' ? [1, 1] : answer === 'refused' ? [0, 0] : [0, 1];
      const text = `${requestId} was ${answer}: ${show(entries)}`;
      assert.ok(entries.length >= least && entries.length <= most, text);
      for (const { a } of entries) {
        assert.ok(typeof a === 'bigint', text);
        for (const { scope } of scopes) charged.set(scope, (charged.get(scope) ?? 0n) + a);
      }
    }
    for (const { scope } of this.#scopes) {
      const counter = await this.#store.get(counterKey(scope));
      const [tu, s] = [counter?.['tu'] ?? 0n, counter?.['s'] ?? 0n];
      assert.deepEqual([tu, s], [charged.get(scope) ?? 0n, charged.get(scope) ?? 0n], show(counter));
    }
    await this.checkLimits();
  }

  async #admit(by: Version, picks: readonly number[], estimate: number): Promise<void> {
    const scopes = this.#scopes.filter((_, index) => picks.includes(index));
    const requestId = `r${this.#requests}`;
    this.#requests += 1;
    const side = this.#sides[by];
    const open = await side.admit(requestId, scopes, estimate);
    const answer = typeof open === 'string' ? open : 'admitted';
    this.#asked.set(requestId, { scopes, answer });
    if (answer === 'refused') this.counts.refused += 1;
    if (typeof open === 'string') return;
    this.counts[by === 'old' ? 'oldAdmitted' : 'newAdmitted'] += 1;
    // Its process was killed while it asked: nobody goes on with it.
    if (side === this.#sides[by]) this.#open.push(open);
  }

  async #topUp(pick: number, extra: number): Promise<void> {
    const open = this.#open[pick % Math.max(1, this.#open.length)];
    if ((await open?.topUp(extra)) === 'admitted') this.counts.toppedUp += 1;
  }

  async #settle(pick: number, percent: number): Promise<void> {
    const [open] = this.#open.splice(pick % Math.max(1, this.#open.length), 1);
    if (open === undefined) return;
    const type = await open.settle((open.held() * BigInt(percent)) / 100n);
    assert.ok(type === 'settled' || type === 'late', type);
  }

  async #reap(by: Version, early: boolean): Promise<void> {
    const before = early ? Number.MAX_SAFE_INTEGER : this.#clock.now();
    const { abandoned } = await this.#sides[by].reap(before);
    this.counts[by === 'old' ? 'oldReapedNew' : 'newReapedOld'] += abandoned;
  }

  #kill(by: Version): void {
    this.#sides[by] = this.#begin(by);
    this.#open.splice(0, Infinity, ...this.#open.filter((open) => open.by !== by));
  }

  #begin(by: Version): Side {
    this.#environments += 1;
    const deps = {
      store: this.#store,
      clock: this.#clock,
      ids: this.#ids,
      random: this.#dice,
      environment: `${by}${this.#environments}`,
      admitMs: 2_000,
      longestRequestMs: LONGEST_MS,
    };
    return by === 'old' ? oldSide(deps) : newSide(deps);
  }
}

const FACTS = { ma: 'm' };

function newSide(deps: Parameters<typeof createNew>[0]): Side {
  const ledger = createNew(deps);
  return {
    async admit(requestId, scopes, estimate) {
      const request = { requestId, scopes, number: 0, estimate: usd(estimate), tokens: 0, facts: FACTS };
      const answer = await ledger.admit(request);
      if (answer.type !== 'admitted') return answer.type;
      const { reservation } = answer;
      return {
        by: 'new',
        scopes,
        held: () => reservation.held,
        topUp: async (extra) => (await ledger.topUp(reservation, usd(extra))).type,
        settle: async (nano) => (await ledger.settle(reservation, cost(nano))).type,
      };
    },
    reap: (before) => ledger.reap(before),
  };
}

function oldSide(deps: Parameters<typeof createOld>[0]): Side {
  const ledger = createOld(deps);
  return {
    async admit(requestId, scopes, estimate) {
      const answer = await ledger.admit({ requestId, scopes, estimate: usd(estimate), facts: FACTS });
      if (answer.type !== 'admitted') return answer.type;
      const { reservation } = answer;
      return {
        by: 'old',
        scopes,
        held: () => reservation.held,
        topUp: async (extra) => (await ledger.topUp(reservation, usd(extra))).type,
        settle: async (nano) => (await ledger.settle(reservation, cost(nano))).type,
      };
    },
    reap: (before) => ledger.reap(before),
  };
}
