import type { GuardCounts } from './records.ts';

/** Sum of the types that found no room. */
const REST = 'other';

/**
 * Counts as one short text, `email:2,card:1`, of at most `max` bytes (at least 24): types beyond the room are summed
 * under `other`. Names of types are plain ASCII words.
 */
export function packCounts(counts: GuardCounts, max: number): string {
  const items = Object.entries(counts).map(([type, count]) => `${type}:${count}`);
  const whole = items.join(',');
  if (whole.length <= max) return whole;
  const kept: string[] = [];
  let length = 0;
  let rest = 0;
  const room = max - `,${REST}:${Number.MAX_SAFE_INTEGER}`.length;
  for (const [index, [, count]] of Object.entries(counts).entries()) {
    const item = items[index] ?? '';
    length += item.length + 1;
    if (length <= room) kept.push(item);
    else rest += count;
  }
  return [...kept, `${REST}:${rest}`].join(',');
}

/** The counts in such a text; what cannot be read is left out. */
export function unpackCounts(text: string): GuardCounts {
  const counts: Record<string, number> = {};
  for (const item of text.split(',')) {
    const [, type, digits] = /^(.+):(\d+)$/.exec(item) ?? [];
    if (type !== undefined && digits !== undefined) counts[type] = Number(digits);
  }
  return counts;
}
