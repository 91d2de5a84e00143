import type { Rate } from '../core/scope-limits.ts';
import type { Change, Condition, Item } from '../ports/ledger-store.ts';
import { absent, add, amount, atMost, put } from './items.ts';

/**
 * Rates as GCRA has them (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): one number tells when the bucket
 * will be empty again, in nanoseconds since the epoch. Taking moves it on, giving back moves it back, time empties it.
 */
const MINUTE_NS = 60_000_000_000n;

export function nanoseconds(nowMs: number): bigint {
  return BigInt(Math.floor(nowMs)) * 1_000_000n;
}

/** How far `units` requests or tokens move the number on, rounded up; undefined for a rate of 0, which nothing fits. */
export function step(rate: Rate, units: number): bigint | undefined {
  if (rate.perMinute <= 0) return undefined;
  const per = BigInt(Math.floor(rate.perMinute));
  return (MINUTE_NS * BigInt(Math.ceil(units)) + per - 1n) / per;
}

/**
 * How far an empty bucket lets the number go on. One nanosecond more for each unit, because every single one may have
 * been rounded up.
 */
function full(rate: Rate): bigint {
  return (step(rate, rate.burst) ?? 0n) + BigInt(Math.ceil(rate.burst));
}

/** Nanoseconds of a bucket that `units` are worth when given back, rounded towards 0; negative units take more. */
export function nsOf(rate: Rate, units: number): bigint {
  if (rate.perMinute <= 0) return 0n;
  return (MINUTE_NS * BigInt(Math.trunc(units))) / BigInt(Math.floor(rate.perMinute));
}

/** Whether `units` at once are more than an empty bucket takes. */
export function neverFits(rate: Rate, units: number): boolean {
  return units > 0 && (rate.perMinute <= 0 || units > rate.burst);
}

/** Of a fast rate a call takes no more than this: about as long as a busy counter takes from one try to the next. */
const FAST_NS = 50_000_000n;

/** Longer than the tries of one write are apart, also where a busy process has a hundred of them to make. */
const LINGER_NS = 250_000_000n;

/** A bucket is this many times as deep as it may be passed. */
const LINGER_DEPTH = 20n;

/**
 * For how long a bucket that is empty still counts as one in use, for a call that moves its number by `moves`. 0 unless
 * the rate is fast. There each of the calls that come at once would set the bucket anew, and of them only one can: before
 * the next try it is empty again. The price is that such a rate may be passed, once after a pause, by what it yields in
 * that time: a twentieth of its burst at most.
 */
export function lingerNs(rate: Rate, moves: bigint): bigint {
  const part = full(rate) / LINGER_DEPTH;
  const longest = part < LINGER_NS ? part : LINGER_NS;
  return moves <= FAST_NS && moves <= longest ? longest : 0n;
}

/**
 * Takes `units` from a bucket that has room for them when empty, and returns by how many nanoseconds it moved on. What
 * the last seen copy says decides between the two forms, and each is pinned: a bucket that was idle starts now, one that
 * was busy moves on up to the burst.
 */
export function take(
  attr: string,
  rate: Rate,
  units: number,
  nowNs: bigint,
  seen: Item | undefined,
  write: { readonly when: Condition[]; readonly set: Change[] },
): bigint {
  const moves = step(rate, units) ?? 0n;
  const last = seen?.[attr];
  const busyFrom = nowNs - lingerNs(rate, moves);
  if (typeof last !== 'bigint') {
    write.when.push(absent(attr));
    write.set.push(put(attr, nowNs + moves));
  } else if (last < busyFrom) {
    write.when.push(atMost(attr, busyFrom - 1n));
    write.set.push(put(attr, nowNs + moves));
  } else {
    write.when.push({ op: 'atLeast', attr, value: busyFrom }, atMost(attr, nowNs + full(rate) - moves));
    write.set.push(add(attr, moves));
  }
  return moves;
}

/** Nanoseconds until a bucket has room for `units`; 0 if it has now. */
export function waitNs(
  attr: string,
  rate: Rate,
  units: number,
  nowNs: bigint,
  seen: Item | undefined,
): bigint {
  const moves = step(rate, units);
  // A rate of 0 has never room; a minute is as good a time as any to look whether it is still one.
  if (moves === undefined) return MINUTE_NS;
  const level = amount(seen, attr) - nowNs;
  const over = (level > 0n ? level : 0n) + moves - full(rate);
  return over > 0n ? over : 0n;
}

/** What is left of the burst now, in units. */
export function left(attr: string, rate: Rate, nowNs: bigint, seen: Item | undefined): number {
  if (rate.perMinute <= 0) return 0;
  const level = amount(seen, attr) - nowNs;
  if (level <= 0n) return rate.burst;
  const used = (level * BigInt(Math.floor(rate.perMinute)) + MINUTE_NS - 1n) / MINUTE_NS;
  return Math.max(0, rate.burst - Number(used));
}

/** The number of a bucket that is full now. */
export function fullAt(rate: Rate, nowMs: number): bigint {
  return nanoseconds(nowMs) + full(rate);
}
