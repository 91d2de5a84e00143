import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { isRecord } from '../json-value.ts';
import type { AttemptRecord, FinalRecord, GuardCounts, RefusedBy } from './records.ts';
import { fit } from './text.ts';

/** Bytes of the attribute `w`: with the rest of an entry it stays below 4 KB. */
export const WIDE_BYTES = 3072;

/** Below this many bytes deflate costs more time than it saves space. */
const PLAIN_BYTES = 200;

/** The first byte says how the rest is written. */
const PLAIN = 0;
const DEFLATED = 1;

/** More than any entry of ours inflates to; a broken one must not fill the memory. */
const INFLATED_BYTES = 256 * 1024;

/** Said among the warnings of a row whose lists or texts were cut. */
export const SHORTENED = 'audit detail shortened';

/** What is kept of each list and text; the next one is tried while the attribute is too large. */
const LEVELS = [
  { attempts: 16, warnings: 32, types: 32, facts: 24, text: 256, client: 120 },
  { attempts: 8, warnings: 16, types: 16, facts: 16, text: 120, client: 80 },
  { attempts: 4, warnings: 8, types: 8, facts: 12, text: 64, client: 48 },
  { attempts: 2, warnings: 4, types: 8, facts: 8, text: 32, client: 32 },
] as const;

/** The wide fields of a row, as `w` carries them. */
export interface Wide {
  readonly attempts: readonly AttemptRecord[];
  readonly client: string | undefined;
  readonly counts: GuardCounts | undefined;
  readonly warnings: readonly string[];
  readonly refusedBy: RefusedBy | undefined;
}

type Level = (typeof LEVELS)[number];

/** The wide fields as bytes of at most `WIDE_BYTES`; undefined if there are none. The same record gives the same bytes. */
export function packWide(final: FinalRecord): Uint8Array | undefined {
  let bytes: Uint8Array | undefined;
  for (const level of LEVELS) {
    const text = JSON.stringify(shorten(final, level));
    if (text === '{}') return undefined;
    bytes = pack(text);
    if (bytes.length <= WIDE_BYTES) break;
  }
  return bytes;
}

/** Reads `w`; what is missing, broken or written by a later version is left out. */
export function unpackWide(bytes: Uint8Array | undefined): Wide {
  const raw = parse(bytes);
  return {
    attempts: listOf(raw['a']).map(attemptOf),
    client: typeof raw['c'] === 'string' ? raw['c'] : undefined,
    counts: isRecord(raw['g']) ? numbersOf(raw['g']) : undefined,
    warnings: listOf(raw['w']).map(String),
    refusedBy: isRecord(raw['r']) ? scalarsOf(raw['r']) : undefined,
  };
}

function shorten(final: FinalRecord, level: Level): Record<string, unknown> {
  const cut = (text: string) => fit(text, level.text);
  const warnings = final.warnings.slice(0, level.warnings).map(cut);
  const attempts = final.attempts.slice(0, level.attempts).map((attempt) => attemptRow(attempt, cut));
  const counts = head(final.guard?.counts ?? {}, level.types, (value) => value);
  const refusedBy = head(final.refusedBy ?? {}, level.facts, (value) =>
    typeof value === 'string' ? cut(value) : value,
  );
  const lost =
    attempts.length < final.attempts.length ||
    attempts.some((row, i) => row[0] !== final.attempts[i]?.target || row[1] !== final.attempts[i]?.result) ||
    warnings.length < final.warnings.length ||
    warnings.some((text, i) => text !== final.warnings[i]) ||
    !isWhole(counts, final.guard?.counts) ||
    !isWhole(refusedBy, final.refusedBy);
  if (lost) warnings.push(SHORTENED);
  return {
    ...(attempts.length > 0 && { a: attempts }),
    ...(final.client !== undefined && { c: fit(final.client, level.client) }),
    ...(final.guard !== undefined && { g: counts }),
    ...(warnings.length > 0 && { w: warnings }),
    ...(final.refusedBy !== undefined && { r: refusedBy }),
  };
}

function attemptRow(attempt: AttemptRecord, cut: (text: string) => string): [string, string, number, 0 | 1] {
  return [
    cut(attempt.target),
    cut(attempt.result),
    Math.round(attempt.ms * 1000) / 1000,
    attempt.billed ? 1 : 0,
  ];
}

function attemptOf(row: unknown): AttemptRecord {
  const [target, result, ms, billed] = listOf(row);
  return {
    target: String(target ?? ''),
    result: String(result ?? ''),
    ms: Number(ms) || 0,
    billed: billed === 1,
  };
}

/** The first `max` members, names cut to 64 bytes. */
function head<V>(record: Readonly<Record<string, V>>, max: number, cut: (value: V) => V): Record<string, V> {
  const entries = Object.entries(record).slice(0, max);
  return Object.fromEntries(entries.map(([name, value]) => [fit(name, 64), cut(value)]));
}

function isWhole(
  kept: Readonly<Record<string, unknown>>,
  whole: Readonly<Record<string, unknown>> = {},
): boolean {
  const names = Object.keys(whole);
  return names.length === Object.keys(kept).length && names.every((name) => kept[name] === whole[name]);
}

function pack(text: string): Uint8Array {
  const plain = new TextEncoder().encode(text);
  const deflate = plain.length >= PLAIN_BYTES;
  const body = deflate ? deflateRawSync(plain) : plain;
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = deflate ? DEFLATED : PLAIN;
  bytes.set(body, 1);
  return bytes;
}

function parse(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (bytes === undefined || bytes.length === 0) return {};
  try {
    const body = bytes.subarray(1);
    const plain = bytes[0] === DEFLATED ? inflateRawSync(body, { maxOutputLength: INFLATED_BYTES }) : body;
    const raw: unknown = JSON.parse(new TextDecoder().decode(plain));
    return isRecord(raw) ? raw : {};
  } catch {
    return {};
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numbersOf(record: Record<string, unknown>): GuardCounts {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, Number(value) || 0]));
}

function scalarsOf(record: Record<string, unknown>): RefusedBy {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, isScalar(value) ? value : JSON.stringify(value)]),
  );
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
