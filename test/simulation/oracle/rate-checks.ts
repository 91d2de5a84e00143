import type { Rate } from '../../../lambda/core/scope-limits.ts';
import { lingerNs } from '../../../lambda/ledger/gcra.ts';
import { show } from '../../support/ledger-world.ts';
import { isFinal, number, type Place } from './books.ts';
import { namesLimit } from './limit-checks.ts';
import type { Oracle, Taking } from './oracle.ts';
import { RateIntervals } from './rate-intervals.ts';
import { isPolicy, type Stored, type Written } from './store.ts';

const MINUTE_NS = 60_000_000_000n;

const KINDS = [
  ['requests', 'rt'],
  ['tokens', 'tt'],
] as const;

/** The bucket of one rate of one counter, in nanoseconds. */
interface Bucket {
  /** What was taken so far, less what was given back. */
  taken: bigint;
  /** The least of what was taken before an admission, less the time of that admission. */
  low: bigint | undefined;
}

/**
 * In any interval, what is admitted less what is given back is at most the burst and what the rate yields meanwhile.
 * For admissions i to j in the order of their writes, by their senders' clocks: taken(j) - taken(i-1) <= time(j) -
 * time(i) + burst. So one running minimum over i is enough, and no skew has to be allowed for.
 */
export class RateChecks {
  readonly intervals: RateIntervals;
  readonly #oracle: Oracle;
  readonly #buckets = new Map<string, Bucket>();
  /** Units of a nanosecond of each bucket, when something was last taken. */
  readonly #perNs = new Map<string, number>();
  /** What each entry took of each bucket. */
  readonly #taken = new Map<string, bigint>();

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
    this.intervals = new RateIntervals(oracle);
  }

  committed(written: readonly Written[], takings: readonly Taking[]): void {
    for (const { before, after } of written) {
      if (after.sk !== 'C' || before === undefined) continue;
      for (const [of, attr] of KINDS) {
        const back = number(before[attr]) - number(after[attr]);
        if (back === 0n || takings.length > 0) continue;
        // A new arrangement of pools fills their buckets, by its own clock.
        if (written.some((other) => isPolicy(other.after))) this.#bucket(after.pk, of).taken -= back;
        else this.#givenBack(after, of, back, written);
      }
    }
    for (const taking of takings) if (taking.before === undefined) this.#takings(taking, written);
  }

  #takings(taking: Taking, written: readonly Written[]): void {
    const { entry } = taking;
    for (const place of this.#oracle.books.places(entry)) {
      if (place.lease !== undefined) continue;
      const counter = written.find(({ after }) => after.pk === place.pk && after.sk === 'C');
      const rules =
        counter &&
        this.#oracle.rulebook.rules(place.scope, counter.after, taking.sender.at, taking.sender.own);
      if (counter === undefined || rules === undefined) continue;
      for (const [of, attr] of KINDS) {
        const rate = rules.limits[of];
        if (rate === undefined) continue;
        const units = entry['g'] === undefined ? this.#units(entry, of) : undefined;
        this.#take(taking, place, counter, { of, attr, rate, units, pools: rules.policy.pools });
      }
    }
  }

  #take(
    { entry, sender }: Taking,
    place: Place,
    { before, after }: Written,
    what: {
      readonly of: 'requests' | 'tokens';
      readonly attr: 'rt' | 'tt';
      readonly rate: Rate;
      /** Undefined for a lease: it takes what it likes, and what it pays for shares that. */
      readonly units: number | undefined;
      readonly pools: number;
    },
  ): void {
    const { of, attr, rate, pools } = what;
    const nowNs = BigInt(sender.at) * 1_000_000n;
    const perMinute = BigInt(Math.floor(rate.perMinute / pools));
    const burst = Math.floor(rate.burst / pools);
    const was = before?.[attr] === undefined ? undefined : number(before[attr]);
    // A bucket of a fast rate that has been empty for a moment only is moved on, not set anew.
    const share = { ...rate, perMinute: Number(perMinute), burst };
    const linger = was === undefined ? 0n : lingerNs(share, number(after[attr]) - was);
    const from = was === undefined || was < nowNs - linger ? nowNs : was;
    const moved = after[attr] === was ? 0n : number(after[attr]) - from;
    const least = what.units === undefined ? moved : cost(what.units, perMinute);
    if (of === 'tokens' && what.units !== undefined) {
      this.#oracle.expect(
        moved === place.tokenNs,
        () => `${place.pk}: took ${moved} ns of tokens and notes another sum: ${show(entry)}`,
      );
    }
    // A rate that is only observed and full is not charged, and the entry says so.
    if (moved === 0n && rate.mode === 'observe' && namesLimit(entry, place.scope, of)) return;
    this.#oracle.expect(
      (what.units ?? 0) === 0 || moved > 0n,
      () => `${place.pk} ${of} were not charged: ${show(entry)} ${show(after)}`,
    );
    if (least === 0n) return;
    const bucket = this.#bucket(place.pk, of);
    const time = bucket.taken - nowNs;
    if (bucket.low === undefined || time < bucket.low) bucket.low = time;
    bucket.taken += moved;
    const perNs = Number(perMinute) / Number(MINUTE_NS);
    this.intervals.note(place.scope, of, { at: sender.at, units: Number(moved) * perNs });
    this.#perNs.set(`${place.pk} ${of}`, perNs);
    this.#oracle.expect(
      moved >= least,
      () => `${place.pk} took ${moved} of ${least} ns of ${of}: ${show(entry)}`,
    );
    this.#taken.set(`${entry.pk} ${entry.sk} ${place.pk} ${of}`, moved);
    // What was taken is rounded up for each unit.
    const most = bucket.low + nowNs + cost(burst, perMinute) + BigInt(burst) + 1n + lingerNs(share, 0n);
    this.#oracle.expect(
      bucket.taken <= most,
      () => `${place.pk} ${of}: ${bucket.taken - most} ns above the rate, by ${show(entry)} ${show(after)}`,
    );
  }

  /** Only a request that ends gives back, once, and no more than what it did not use. */
  #givenBack(counter: Stored, of: 'requests' | 'tokens', back: bigint, written: readonly Written[]): void {
    this.#bucket(counter.pk, of).taken -= back;
    const scope = counter.pk.slice(counter.pk.indexOf('#') + 1);
    const units = Number(back) * (this.#perNs.get(`${counter.pk} ${of}`) ?? 0);
    // Tokens above an estimate are a fact and not an admission.
    if (units > 0) this.intervals.note(scope, of, { at: this.#oracle.now(), units: -units });
    const ended = written.find(({ before, after }) => isFinal(after) && !isFinal(before))?.after;
    const taken = ended && this.#taken.get(`${ended.pk} ${ended.sk} ${counter.pk} ${of}`);
    if (ended === undefined || taken === undefined) {
      this.#oracle.expect(false, () => `given back what nobody took: ${back} ns of ${of} ${show(counter)}`);
      return;
    }
    this.#taken.delete(`${ended.pk} ${ended.sk} ${counter.pk} ${of}`);
    this.#oracle.expect(back <= taken, () => `given back ${back} ns of ${taken}: ${show(ended)}`);
    const asked = this.#oracle.asked.get(String(ended['rid']));
    if (asked === undefined || of === 'requests' || asked.tokens === 0) return;
    const used = BigInt(asked.tokensUsed ?? asked.tokens);
    const unused = (taken * (BigInt(asked.tokens) - used)) / BigInt(asked.tokens);
    const slack = taken / BigInt(asked.tokens) + 2n;
    this.#oracle.expect(
      back >= unused - slack && back <= unused + slack,
      () => `given back ${back} ns where ${unused} were not used: ${show(ended)}`,
    );
  }

  #units(entry: Stored, of: 'requests' | 'tokens'): number {
    if (of === 'requests') return 1;
    return this.#oracle.asked.get(String(entry['rid']))?.tokens ?? 0;
  }

  #bucket(pk: string, of: string): Bucket {
    const key = `${pk} ${of}`;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = { taken: 0n, low: undefined };
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }
}

/** Rounded down, so that whoever rounds up keeps to it. */
function cost(units: number, perMinute: bigint): bigint {
  return perMinute === 0n ? 0n : (MINUTE_NS * BigInt(units)) / perMinute;
}
