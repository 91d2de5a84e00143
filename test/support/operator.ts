import type { LimitsConfig } from '../../lambda/core/config/schema.ts';
import { headChanges, NO_HEAD } from '../../lambda/ledger/head.ts';
import {
  configKey,
  counterKey,
  entryKey,
  HEAD_KEY,
  headerKey,
  policyKey,
  put,
} from '../../lambda/ledger/items.ts';
import type { OperatePorts } from '../../lambda/ledger/operate/write.ts';
import { NO_POLICY, policyChanges, type ScopePolicy } from '../../lambda/ledger/policy.ts';
import type { Key, Value } from '../../lambda/ports/ledger-store.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { MemoryStore } from './memory-store.ts';

/** Tuesday noon. */
export const NOON = Date.UTC(2026, 10, 24, 12);

export const LIMITS: LimitsConfig = {
  budgets: [
    { scope: 'account', limit_usd: '100', window: 'total' },
    { scope: 'team:*', limit_usd: '10', window: 'day' },
    { scope: 'team:search', limit_usd: '50', window: 'month', tz: 'Europe/Berlin' },
    { scope: 'app:search/*', limit_usd: '5', window: 'day', mode: 'observe' },
  ],
  rates: [
    { scope: 'team:search', requests_per_minute: 600, tokens_per_minute: 60_000, parallel: 20 },
    { scope: 'model:gpt-*', requests_per_minute: 60 },
  ],
};

export interface OperatorWorld {
  readonly store: MemoryStore;
  readonly clock: ManualClock;
  /** With a fence, as on AWS. */
  readonly ports: OperatePorts;
  put(key: Key, attributes: Readonly<Record<string, Value>>): Promise<void>;
  counter(scope: string, pool: number, attributes: Readonly<Record<string, Value>>): Promise<void>;
  policy(scope: string, policy: Partial<ScopePolicy>): Promise<void>;
  /** An open journal with these entries, numbered from 1. */
  journal(pk: string, entries: readonly Readonly<Record<string, Value>>[]): Promise<void>;
  /** Tells the store the limits in force. */
  inForce(number: number, limits: LimitsConfig): Promise<void>;
}

export function operatorWorld(store: MemoryStore = new MemoryStore()): OperatorWorld {
  const clock = createManualClock(NOON);
  const write = async (key: Key, attributes: Readonly<Record<string, Value>>) => {
    const set = Object.entries(attributes).map(([name, value]) => put(name, value));
    await store.transact([{ key, when: [], set }]);
  };
  return {
    store,
    clock,
    ports: { store, clock, random: { next: () => 0.5 }, fence: true },
    put: write,
    counter: (scope, pool, attributes) => write(counterKey(scope, pool), attributes),
    async policy(scope, policy) {
      const set = policyChanges({ ...NO_POLICY, version: 1n, ...policy });
      await store.transact([{ key: policyKey(scope), when: [], set }]);
    },
    async journal(pk, entries) {
      await write(headerKey(pk), { st: 'OPEN', exp: BigInt(NOON + 60_000), gx: 'X3' });
      for (const [index, entry] of entries.entries()) await write(entryKey(pk, index + 1), entry);
    },
    async inForce(number, limits) {
      await write(configKey(number), { d: JSON.stringify(limits) });
      const head = { ...NO_HEAD, version: 1n, number, hash: 'h', lines: { gateway: 2, local: 5 } };
      await store.transact([{ key: HEAD_KEY, when: [], set: headChanges(head) }]);
    },
  };
}
