import { SCHEMA_VERSION } from './columns.ts';
import { unpackCounts } from './counts.ts';
import type { EntryFacts, FactValue } from './facts.ts';
import type { AuditRow } from './row.ts';
import { unpackWide, type Wide } from './wide.ts';

export { finalFacts } from './final.ts';
export { heldFacts } from './held.ts';

/**
 * The row of a final entry of the ledger. Total: a missing or unknown attribute becomes null, 0 or empty, so that an
 * entry of an older or a newer version still has its row. An entry that the reaper closed charged its hold, whatever
 * the upstream did, so its usage is an estimate of no tokens at all.
 */
export function rowOf(entry: EntryFacts): AuditRow {
  const received = receivedMs(entry);
  const time = new Date(received).toISOString();
  const wide = unpackWide(bytes(entry['w']));
  const abandoned = entry['by'] === 'reaper';
  return {
    request_id: text(entry['rid']) ?? '',
    schema_version: SCHEMA_VERSION,
    time,
    dt: time.slice(0, 10),
    hour: time.slice(11, 13),
    ...callerColumns(entry),
    ...targetColumns(entry),
    stream: number(entry['sm']) === 1,
    status: optionalNumber(entry['hs']),
    outcome: abandoned ? 'abandoned' : (text(entry['outcome']) ?? 'unknown'),
    error_code: text(entry['ec']),
    finish_reason: text(entry['fr']),
    ...usageColumns(entry),
    usage_source: abandoned ? 'estimate' : (text(entry['uq']) ?? 'none'),
    ...moneyColumns(entry),
    total_ms: millis(entry['ut']),
    ttft_ms: millis(entry['uf']),
    overhead_ms: millis(entry['uo']),
    ...detailColumns(entry, wide),
  };
}

function callerColumns(entry: EntryFacts) {
  return {
    environment: text(entry['en']) ?? '',
    config_version: text(entry['cv']) ?? '',
    principal: text(entry['pr']) ?? '',
    team: text(entry['tm']),
    app: text(entry['ap']),
    user: text(entry['us']),
    end_user: text(entry['eu']),
    dialect: text(entry['dl']) ?? '',
    route: text(entry['rt']) ?? '',
  };
}

function targetColumns(entry: EntryFacts) {
  const provider = text(entry['fp']) ?? text(entry['pv']);
  const model = text(entry['fm']) ?? text(entry['ms']);
  return {
    model_asked: text(entry['ma']),
    provider,
    model_served: model,
    target: provider === null || model === null ? null : `${provider}/${model}`,
  };
}

function usageColumns(entry: EntryFacts) {
  return {
    input_tokens: whole(entry['ti']),
    cache_read_tokens: whole(entry['tr']),
    cache_write_tokens: whole(entry['tw']),
    output_tokens: whole(entry['to']),
    reasoning_tokens: whole(entry['tg']),
  };
}

function moneyColumns(entry: EntryFacts) {
  const cost = whole(entry['a']);
  const held = whole(entry['e']);
  return {
    cost_nano_usd: cost,
    cost_usd: Number(cost) / 1e9,
    held_nano_usd: held,
    price_version: text(entry['px']),
    overrun: cost > held,
  };
}

function detailColumns(entry: EntryFacts, wide: Wide) {
  const counts = wide.counts ?? unpackCounts(text(entry['gc']) ?? '');
  return {
    attempts: Math.max(number(entry['na']), wide.attempts.length),
    attempts_detail: JSON.stringify(wide.attempts),
    guard_action: text(entry['ga']) ?? 'none',
    guard_counts: JSON.stringify(counts),
    warnings: JSON.stringify(wide.warnings),
    refused_by: wide.refusedBy === undefined ? null : JSON.stringify(wide.refusedBy),
    count: optionalNumber(entry['k']) ?? 1,
    client: wide.client ?? null,
    would_refuse: jsonList(text(entry['wr'])),
  };
}

/** JSON of a list that the ledger wrote; null where there is none. */
function jsonList(written: string | null): string | null {
  if (written === null) return null;
  try {
    return Array.isArray(JSON.parse(written)) ? written : null;
  } catch {
    return null;
  }
}

/** Times beyond what a date can hold come from a broken entry. */
const MAX_MS = 8_640_000_000_000_000;

/** The receipt; where it is missing, the time inside the request's id (UUID version 7: its first 48 bits). */
function receivedMs(entry: EntryFacts): number {
  const noted = optionalNumber(entry['t']);
  if (noted !== null && Math.abs(noted) <= MAX_MS) return noted;
  const id = text(entry['rid']) ?? '';
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : 0;
}

function text(value: FactValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function whole(value: FactValue | undefined): bigint {
  return typeof value === 'bigint' ? value : 0n;
}

function optionalNumber(value: FactValue | undefined): number | null {
  return typeof value === 'bigint' ? Number(value) : null;
}

function number(value: FactValue | undefined): number {
  return optionalNumber(value) ?? 0;
}

function millis(value: FactValue | undefined): number | null {
  return typeof value === 'bigint' ? Number(value) / 1000 : null;
}

function bytes(value: FactValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}
