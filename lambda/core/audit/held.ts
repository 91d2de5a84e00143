import { packCounts } from './counts.ts';
import type { FactValue } from './facts.ts';
import type { HeldRecord } from './records.ts';
import { byteLength, fit } from './text.ts';

/** Bytes of the held facts, names included: the whole held entry stays below the 1 KB that one write unit carries. */
export const HELD_FACTS_BYTES = 700;

/** A role's or user's name is at most 64 characters and its session is cut off, so a real principal fits. */
const PRINCIPAL_BYTES = 128;

/** Most bytes of any other text; while the sum is too large, the next lower one holds for all of them. */
const CAPS = [96, 64, 48, 32, 24] as const;

/** Attributes of a held entry: who asked for what. Texts that are too long are cut and marked. */
export function heldFacts(held: HeldRecord): Record<string, FactValue> {
  const texts = textsOf(held);
  const facts: Record<string, FactValue> = {
    t: BigInt(Math.trunc(held.receivedMs)),
    sm: held.stream ? 1n : 0n,
    pr: fit(held.caller.principal, PRINCIPAL_BYTES),
  };
  const cap = capFor(texts, FIXED_BYTES + byteLength(String(facts['pr'])));
  for (const [name, text] of texts) facts[name] = fit(text, cap);
  const counts = packCounts(held.guardCounts, cap);
  if (counts !== '') facts['gc'] = counts;
  return facts;
}

/** `t` and `sm` with their numbers, of 21 bytes at most as DynamoDB counts, and the names `pr` and `gc`. */
const FIXED_BYTES = 1 + 21 + 2 + 21 + 2 + 2;

function textsOf(held: HeldRecord): readonly (readonly [string, string])[] {
  const { caller } = held;
  const all: readonly (readonly [string, string | undefined])[] = [
    ['en', held.environment],
    ['cv', held.configVersion],
    ['tm', caller.team],
    ['ap', caller.app],
    ['us', caller.user],
    ['eu', held.endUser],
    ['dl', held.dialect],
    ['rt', held.route],
    ['ma', held.modelAsked],
    ['pv', held.provider],
    ['ms', held.modelServed],
    ['px', held.priceVersion],
    ['ga', held.guardAction],
  ];
  return all.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
}

function capFor(texts: readonly (readonly [string, string])[], fixed: number): number {
  const sizes = texts.map(([, text]) => byteLength(text));
  const names = texts.length * 2;
  for (const cap of CAPS) {
    const sum = sizes.reduce((total, size) => total + Math.min(size, cap), 0);
    if (fixed + names + sum + cap <= HELD_FACTS_BYTES) return cap;
  }
  return CAPS[CAPS.length - 1] ?? 24;
}
