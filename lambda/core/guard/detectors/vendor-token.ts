import { endsClean, startsClean } from '../characters.ts';
import { entropy } from '../entropy.ts';
import type { Span } from '../finding.ts';
import { VENDOR_ROWS, type VendorRow } from './vendor-rows.ts';

const ROWS: ReadonlyMap<string, VendorRow> = new Map(VENDOR_ROWS.map((row) => [row.prefix, row]));

/** All prefixes in one alternation of literals, in the order of the rows: one pass over the text instead of thirty. */
const PREFIXES = new RegExp(VENDOR_ROWS.map((row) => row.prefix.replace(/[.]/g, '\\.')).join('|'), 'g');

/** Credentials that a vendor's prefix gives away. */
export function findVendorTokens(text: string): readonly Span[] {
  // matchAll copies the expression, which costs more than the search of a short text.
  if (text.search(PREFIXES) === -1) return [];
  const spans: Span[] = [];
  for (const match of text.matchAll(PREFIXES)) {
    const row = ROWS.get(match[0]);
    const last = spans.at(-1);
    if (row === undefined || (last !== undefined && match.index < last.end)) continue;
    const end = tokenEnd(text, row, match.index);
    if (end !== -1) spans.push({ type: row.type, start: match.index, end });
  }
  return spans;
}

function tokenEnd(text: string, row: VendorRow, at: number): number {
  if (row.apart && !startsClean(text, at)) return -1;
  row.tail.lastIndex = at + row.prefix.length;
  const tail = row.tail.exec(text)?.[0];
  if (tail === undefined || isMask(row, tail)) return -1;
  const end = at + row.prefix.length + tail.length;
  return endsClean(text, end) || tail.length > 128 ? end : -1;
}

/** Characters in a row that no random token has: `XXXXXXXX`, `00000000`. */
const RUN = /(.)\1{7}/;

/** Characters in which randomness shows; more are not looked at, so that repeated prefixes cost little. */
const SAMPLE = 64;

/** Whether a tail only shows where a key would stand. */
function isMask(row: VendorRow, tail: string): boolean {
  const sample = tail.slice(0, SAMPLE);
  if (RUN.test(sample) || entropy(sample) < row.entropy) return true;
  if (/[0-9]/.test(tail)) return false;
  return row.digit || /your|token|placeholder|insert|replace/i.test(sample);
}
