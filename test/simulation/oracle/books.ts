import type { Item } from '../../../lambda/ports/ledger-store.ts';
import type { Stored } from './store.ts';

/** Where an entry or a lease was charged, read from the item apart from the ledger's own reading. */
export interface Place {
  readonly scope: string;
  /** Partition of the counter. */
  readonly pk: string;
  /** The lease in the same journal that pays; undefined: the counter. */
  readonly lease: number | undefined;
  readonly own: bigint | undefined;
  readonly running: boolean;
  /** What it took of the counter's bucket of tokens. */
  readonly tokenNs: bigint;
  /** Window by budget id. */
  readonly windows: readonly (readonly [string, string])[];
}

/** What entries and leases add up to in one window of one counter. */
export interface Sum {
  used: bigint;
  spent: bigint;
  /** Of that, what was charged above what was held: the only way over a limit. */
  over: bigint;
}

/** One counter, as the entries and leases say it has to be. */
export interface Book {
  readonly scope: string;
  readonly pk: string;
  readonly total: Sum;
  /** By budget and window. */
  readonly windows: Map<string, Sum>;
  running: number;
  leases: number;
}

/** What is paid from one lease. */
export interface LeaseBook {
  paid: bigint;
  /** Of that, what was charged above what was held. */
  over: bigint;
  /** Entries that are still held. */
  open: number;
}

/** Adds up entries and leases while they are written; the sums are what conservation compares counters with. */
export class Books {
  readonly #books = new Map<string, Book>();
  readonly #pools = new Map<string, Book[]>();
  readonly #leases = new Map<string, LeaseBook>();
  readonly #places = new Map<string, readonly Place[]>();

  book(pk: string): Book | undefined {
    return this.#books.get(pk);
  }

  /** The counters of one scope that anything was charged to. */
  pools(scope: string): readonly Book[] {
    return this.#pools.get(scope) ?? [];
  }

  lease(journal: string, number: number): LeaseBook {
    const key = `${journal} ${number}`;
    let lease = this.#leases.get(key);
    if (lease === undefined) {
      lease = { paid: 0n, over: 0n, open: 0 };
      this.#leases.set(key, lease);
    }
    return lease;
  }

  places(item: Item): readonly Place[] {
    const sc = item['sc'];
    if (typeof sc !== 'string') return [];
    let places = this.#places.get(sc);
    if (places === undefined) {
      places = readPlaces(sc);
      this.#places.set(sc, places);
    }
    return places;
  }

  placeOf(item: Item, scope: string): Place | undefined {
    return this.places(item).find((place) => place.scope === scope);
  }

  /** Moves the sums by what the change of an entry or a lease means. Returns the counters that have to show it. */
  account(before: Stored | undefined, after: Stored): readonly Book[] {
    const moved: Book[] = [];
    const isLease = after['g'] !== undefined;
    for (const place of this.places(after)) {
      const was = before === undefined ? 0n : chargeOf(before, this.placeOf(before, place.scope) ?? place);
      const is = chargeOf(after, place);
      const settled = isFinal(after) && !isFinal(before) ? is : 0n;
      const running = (isRunning(after) ? 1 : 0) - (isRunning(before) ? 1 : 0);
      const held =
        before === undefined && settled > 0n ? 0n : (place.own ?? number(after[isLease ? 'g' : 'e']));
      const over = settled > held ? settled - held : 0n;
      const book = this.#bookOf(place);
      if (place.running) book.running += running;
      if (place.lease !== undefined) {
        const lease = this.lease(after.pk, place.lease);
        lease.paid += is - was;
        lease.over += over;
        lease.open += running;
      } else {
        add(book.total, is - was, settled, over);
        for (const [budget, window] of place.windows)
          add(sumOf(book, budget, window), is - was, settled, over);
        if (isLease) book.leases += (after['st'] === 'OPEN' ? 1 : 0) - (before?.['st'] === 'OPEN' ? 1 : 0);
      }
      moved.push(book);
    }
    return moved;
  }

  #bookOf({ pk, scope }: Place): Book {
    let book = this.#books.get(pk);
    if (book === undefined) {
      const total = { used: 0n, spent: 0n, over: 0n };
      book = { scope, pk, total, windows: new Map(), running: 0, leases: 0 };
      this.#books.set(pk, book);
      const pools = this.#pools.get(scope);
      if (pools === undefined) this.#pools.set(scope, [book]);
      else pools.push(book);
    }
    return book;
  }
}

export function sumOf(book: Book, budget: string, window: string): Sum {
  const key = `${budget} ${window}`;
  let sum = book.windows.get(key);
  if (sum === undefined) {
    sum = { used: 0n, spent: 0n, over: 0n };
    book.windows.set(key, sum);
  }
  return sum;
}

export function number(value: unknown): bigint {
  return typeof value === 'bigint' ? value : 0n;
}

export function isFinal(item: Item | undefined): boolean {
  return item?.['st'] === 'F' || item?.['st'] === 'CLOSED';
}

function isRunning(item: Item | undefined): boolean {
  return item?.['st'] === 'HELD';
}

function add(sum: Sum, used: bigint, spent: bigint, over: bigint): void {
  sum.used += used;
  sum.spent += spent;
  sum.over += over;
}

/** What an entry or a lease is worth at one place. */
export function chargeOf(item: Item, place: Place): bigint {
  if (item['g'] !== undefined) return number(item[item['st'] === 'CLOSED' ? 'sp' : 'g']);
  if (item['st'] !== 'F') return place.own ?? number(item['e']);
  return ownCharge(item, place.scope) ?? number(item['a']);
}

/** From `oc`: scopes charged something else than the whole. */
function ownCharge(item: Item, scope: string): bigint | undefined {
  const oc = item['oc'];
  if (typeof oc !== 'string') return undefined;
  const amounts: Record<string, string | number> = JSON.parse(oc);
  const own = amounts[scope];
  return own === undefined ? undefined : BigInt(own);
}

function readPlaces(sc: string): readonly Place[] {
  const scopes: Record<string, Record<string, string | number>> = JSON.parse(sc);
  return Object.entries(scopes).map(([scope, parts]) => {
    const { '#pool': pool, '#lease': lease, '#own': own, '#run': run, '#tokens': tokens, ...windows } = parts;
    return {
      scope,
      pk: pool === undefined ? `S#${scope}` : `S${pool}#${scope}`,
      lease: lease === undefined ? undefined : Number(lease),
      own: own === undefined ? undefined : BigInt(own),
      running: run !== undefined,
      tokenNs: BigInt(tokens ?? 0),
      windows: Object.entries(windows).map(([budget, window]) => [budget, String(window)] as const),
    };
  });
}
