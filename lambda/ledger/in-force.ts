import type { LimitsConfig } from '../core/config/schema.ts';
import { isRecord } from '../core/json-value.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import { type Head, readHead } from './head.ts';
import { configKey, HEAD_KEY, policyKey, text } from './items.ts';
import { readPolicy, type ScopePolicy } from './policy.ts';

export type Reads = Pick<LedgerStore, 'get'>;

export async function headOf(store: Reads): Promise<Head> {
  return readHead(await store.get(HEAD_KEY));
}

export async function policyOf(store: Reads, scope: string): Promise<ScopePolicy> {
  return readPolicy(await store.get(policyKey(scope)));
}

/** The limits that the store says are in force; undefined where no gateway has proposed any yet. */
export async function limitsInForce(store: Reads, head: Head): Promise<LimitsConfig | undefined> {
  if (head.number === 0) return undefined;
  return await limitsOfConfig(store, head.number);
}

/** The limits of a config by its number; undefined where it is not there. */
export async function limitsOfConfig(store: Reads, number: number): Promise<LimitsConfig | undefined> {
  const written = text(await store.get(configKey(number)), 'd');
  if (written === undefined) return undefined;
  const value: unknown = JSON.parse(written);
  if (!isRecord(value)) throw new TypeError('Bug! The limits of a config are not an object');
  // They passed the schema before they were written, and only the ledger writes them.
  return value as LimitsConfig;
}
