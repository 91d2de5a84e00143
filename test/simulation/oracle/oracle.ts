import type { Item, Op } from '../../../lambda/ports/ledger-store.ts';
import { show } from '../../support/ledger-world.ts';
import type { Tally } from '../tally.ts';
import { type Book, Books, chargeOf, isFinal, number } from './books.ts';
import { checkConservation, checkForward } from './counter-checks.ts';
import { checkLimits } from './limit-checks.ts';
import { RateChecks } from './rate-checks.ts';
import type { Limits, Rulebook } from './rulebook.ts';
import { isPolicy, SimulatedStore, type Stored, type Written } from './store.ts';

/** What a request asked for and what it says that it cost, as its caller knows them. */
export interface Asked {
  readonly tokens: number;
  readonly own: ReadonlyMap<string, bigint>;
  cost?: bigint;
  ownCost?: ReadonlyMap<string, bigint>;
  tokensUsed?: number | undefined;
}

/** What a write took from counters, for the checks that look at admissions. */
export interface Taking {
  readonly entry: Stored;
  readonly before: Stored | undefined;
  readonly sender: Sender;
}

/** Who sent a write. */
export interface Sender {
  /** What its clock showed then. */
  readonly at: number;
  /** The config that it was deployed with. */
  readonly own: Limits | undefined;
}

/** Judges every committed write by the table of `lambda/ledger/items.ts`, and ends the run with what was broken. */
export class Oracle {
  readonly store: SimulatedStore;
  readonly books = new Books();
  readonly rates: RateChecks;
  readonly rulebook: Rulebook;
  readonly tally: Tally;
  readonly asked = new Map<string, Asked>();
  /** The first broken promise, in words. */
  problem: string | undefined;
  readonly #now: () => number;
  readonly #sent = new WeakMap<readonly Op[], Sender>();
  readonly #entries = new Map<string, { readonly pk: string; readonly sk: string }>();
  /** Numbers that a journal has. */
  readonly #lengths = new Map<string, number>();

  constructor(now: () => number, rulebook: Rulebook, tally: Tally) {
    this.#now = now;
    this.rulebook = rulebook;
    this.tally = tally;
    this.store = new SimulatedStore(now, (written, ops) => this.#committed(written, ops));
    this.rates = new RateChecks(this);
  }

  now(): number {
    return this.#now();
  }

  expect(holds: boolean, what: () => string): void {
    if (!holds) this.problem ??= what();
  }

  sent(ops: readonly Op[], sender: Sender): void {
    this.#sent.set(ops, sender);
  }

  entryOf(requestId: string): Stored | undefined {
    const key = this.#entries.get(requestId);
    return key === undefined ? undefined : this.store.find(key);
  }

  /** Entries that hold something now. */
  held(): number {
    return [...this.#entries.values()].filter((key) => this.store.find(key)?.['st'] === 'HELD').length;
  }

  #committed(written: readonly Written[], ops: readonly Op[]): void {
    this.tally.commits += 1;
    const sender = this.#sent.get(ops) ?? { at: this.#now(), own: undefined };
    const books = new Set<Book>();
    const takings: Taking[] = [];
    for (const { before, after } of written) {
      if (after.sk.startsWith('E#')) {
        this.#entry(before, after);
        for (const book of this.books.account(before, after)) books.add(book);
        if (takes(before, after)) takings.push({ entry: after, before, sender });
      } else if (isPolicy(after)) {
        this.#policy(before, after);
      } else if (after.sk.startsWith('N#')) {
        this.tally.configs += 1;
        const isKnown = this.rulebook.numbered(BigInt(after.sk.slice(2)), String(after['d']));
        this.expect(isKnown, () => `a config that nobody deployed: ${show(after)}`);
        this.expect(before === undefined, () => `a config was changed: ${show(before)} ${show(after)}`);
      }
    }
    for (const { before, after } of written) {
      if (after.sk !== 'C') continue;
      checkForward(this, before, after);
      const book = this.books.book(after.pk);
      if (book !== undefined) books.add(book);
      else this.expect(number(after['tu']) === 0n, () => `a charge that no entry has: ${show(after)}`);
    }
    for (const book of books) checkConservation(this, book);
    this.rates.committed(written, takings);
    for (const taking of takings) checkLimits(this, taking);
  }

  /** An entry comes to be at the next number, changes only while it is open, and is final once. */
  #entry(before: Stored | undefined, after: Stored): void {
    const state = after['st'];
    if (before === undefined) {
      const length = (this.#lengths.get(after.pk) ?? 0) + 1;
      this.#lengths.set(after.pk, length);
      const place = Number(after.sk.slice(2));
      this.expect(place === length, () => `${after.pk} has ${length - 1} numbers, and then comes ${place}`);
      const { rid } = after;
      if (typeof rid === 'string') {
        this.expect(!this.#entries.has(rid), () => `${rid} has two entries, the second is ${show(after)}`);
        this.#entries.set(rid, { pk: after.pk, sk: after.sk });
      }
      if (state === 'FENCE') this.tally.fences += 1;
      if (state === 'VOID') this.tally.tombstones += 1;
      if (state === 'OPEN') this.tally.leases += 1;
      if (state === 'F') this.#posted(after);
      this.#lease(after);
      return;
    }
    const isOpen = before['st'] === 'HELD' || before['st'] === 'OPEN';
    this.expect(isOpen, () => `a write on an entry that is final: ${show(before)} ${show(after)}`);
    this.#unmoved(before, after);
    if (state === 'HELD') {
      this.expect(
        number(after['n']) === number(before['n']) + 1n && number(after['e']) >= number(before['e']),
        () => `no top-up, and yet a change: ${show(before)} ${show(after)}`,
      );
    }
    if (isFinal(after)) this.#final(before, after);
    if (state === 'HELD') this.#lease(after);
  }

  #policy(before: Stored | undefined, after: Stored): void {
    const scope = after.pk.slice(2);
    this.rulebook.wrote(scope, after);
    const was = this.rulebook.policy(scope, number(before?.['cv']));
    const is = this.rulebook.policy(scope, number(after['cv']));
    this.expect(
      was !== undefined && is?.version === was.version + 1n,
      () => `a version left out: ${show(after)}`,
    );
    if (was?.pools !== is?.pools) this.tally.splits += 1;
    else if (show(was?.shifts) !== show(is?.shifts)) this.tally.moves += 1;
    if (was?.heat.level !== is?.heat.level) this.tally.steps += 1;
  }

  /** A refusal's record costs nothing; anything else that nobody had held is told as an overrun. */
  #posted(after: Stored): void {
    const cost = number(after['a']);
    if (cost === 0n && after['by'] === 'self') return;
    this.tally.posted += 1;
    this.expect(after['by'] === 'posted', () => `final at once, and not posted: ${show(after)}`);
    this.expect(
      cost === 0n || after['overrun'] !== undefined,
      () => `the overrun is not told: ${show(after)}`,
    );
    this.#exact(after);
  }

  /** Later moves find the very places that were charged. */
  #unmoved(before: Item, after: Stored): void {
    if (before['sc'] === after['sc']) return;
    const [was, is] = [this.books.places(before), this.books.places(after)].map((places) =>
      show(places.map(({ own: _, ...rest }) => rest)),
    );
    this.expect(was === is, () => `an entry that was moved: ${show(before)} ${show(after)}`);
  }

  #final(before: Stored, after: Stored): void {
    if (after['st'] === 'CLOSED') {
      const { paid, open } = this.books.lease(after.pk, Number(after.sk.slice(2)));
      this.tally.leasesClosed += 1;
      this.expect(open === 0, () => `a lease closed with ${open} running: ${show(after)}`);
      this.expect(after['sp'] === paid, () => `a lease closed with another sum than ${paid}: ${show(after)}`);
      return;
    }
    let isOver = number(after['a']) > number(after['e']);
    for (const place of this.books.places(after)) {
      const held = place.own ?? number(after['e']);
      const charged = chargeOf(after, place);
      isOver ||= charged > held;
      if (after['by'] !== 'reaper') continue;
      this.expect(charged === held, () => `the reaper charged ${place.scope} ${charged}: ${show(after)}`);
    }
    if (isOver) this.tally.overruns += 1;
    const isTold = after['overrun'] !== undefined;
    this.expect(isTold === isOver, () => `whether it is an overrun is not told: ${show(after)}`);
    if (after['by'] === 'reaper') {
      this.tally.abandoned += 1;
      this.expect(after['a'] === before['e'], () => `the reaper charged something else: ${show(after)}`);
    } else this.#exact(after);
  }

  /** What a request says that it cost is what it is charged, in each scope. */
  #exact(after: Stored): void {
    const asked = this.asked.get(String(after['rid']));
    if (asked?.cost === undefined) return;
    this.expect(after['a'] === asked.cost, () => `it cost ${asked.cost}: ${show(after)}`);
    for (const place of this.books.places(after)) {
      const cost = place.own === undefined ? asked.cost : (asked.ownCost?.get(place.scope) ?? asked.cost);
      const charged = chargeOf(after, place);
      this.expect(charged === cost, () => `it cost ${place.scope} ${cost}, not ${charged}: ${show(after)}`);
    }
  }

  /** What is paid from a lease has room in it, and the lease is open. Costs above a hold are the exception. */
  #lease(after: Stored): void {
    for (const place of this.books.places(after)) {
      if (place.lease === undefined) continue;
      if (number(after['n']) === 0n) this.tally.leased += 1;
      const sk = `E#${String(place.lease).padStart(6, '0')}`;
      const lease = this.store.find({ pk: after.pk, sk });
      this.expect(lease?.['st'] === 'OPEN', () => `paid from no open lease: ${show(after)} ${show(lease)}`);
      const own = lease && this.books.placeOf(lease, place.scope);
      this.expect(
        own?.pk === place.pk && show(own?.windows) === show(place.windows),
        () => `paid from a lease of another window: ${show(after)} ${show(lease)}`,
      );
    }
  }
}

/** Whether a write holds more than before it. Costs are facts and ask nobody. */
function takes(before: Stored | undefined, after: Stored): boolean {
  const state = after['st'];
  return state === 'HELD' || (state === 'OPEN' && before === undefined);
}
