import { toNano } from '../../../lambda/core/money.ts';
import type { Budget } from '../../../lambda/core/scope-limits.ts';
import type { Window } from '../../../lambda/core/windows.ts';
import type { Load } from './fleet.ts';

const NOON = Date.UTC(2026, 10, 24, 12);
/** A cent, the most that a call costs here. */
const ESTIMATE = 10_000_000n;
const LARGE = 1_000_000_000_000_000n;

function budget(window: Window, limit: bigint): Budget {
  return {
    id: window,
    limit: toNano(limit),
    window: { window, tz: 'UTC' },
    mode: 'enforce',
    soft: undefined,
    allowance: undefined,
  };
}

function team(...budgets: Budget[]) {
  return [{ scope: 'team:search', budgets }];
}

const wide = team(budget('day', LARGE), budget('month', LARGE));

/** One team, and everything that may be hard about it. */
export const SCENARIOS: readonly Load[] = [
  {
    name: 'direct only, 40 requests/s',
    start: NOON,
    rate: () => 40,
    seconds: 20,
    environments: 60,
    scopes: wide,
    estimate: ESTIMATE,
    heat: { conflicts: Number.MAX_SAFE_INTEGER },
  },
  {
    name: 'direct only, 2,000 requests/s',
    start: NOON,
    rate: () => 2_000,
    seconds: 6,
    environments: 5_000,
    scopes: wide,
    estimate: ESTIMATE,
    heat: { conflicts: Number.MAX_SAFE_INTEGER },
  },
  {
    name: '10,000 requests/s from the first second',
    start: NOON,
    rate: () => 10_000,
    seconds: 12,
    environments: 8_000,
    scopes: wide,
    estimate: ESTIMATE,
  },
  {
    name: '10,000 requests/s over midnight',
    start: Date.UTC(2026, 10, 24, 23, 59, 40),
    rate: () => 10_000,
    seconds: 40,
    environments: 8_000,
    scopes: wide,
    estimate: ESTIMATE,
  },
  {
    name: '2,000 requests/s until the budget is spent',
    start: NOON,
    rate: () => 2_000,
    seconds: 30,
    environments: 2_000,
    // 12 seconds of it, at six tenths of the estimate on average.
    scopes: team(budget('day', (ESTIMATE * 6n * 2_000n * 12n) / 10n), budget('month', LARGE)),
    estimate: ESTIMATE,
  },
  {
    name: '10,000 requests/s while an operator raises the limit',
    start: NOON,
    rate: () => 10_000,
    seconds: 20,
    environments: 8_000,
    scopes: wide,
    estimate: ESTIMATE,
    operator: { second: 8, usd: '2000000' },
  },
  {
    name: 'steps of 10, 100, 1,000, 10,000 and 10 requests/s',
    start: NOON,
    rate: (second) => [10, 100, 1_000, 10_000, 10][Math.min(4, Math.floor(second / 20))] ?? 10,
    seconds: 130,
    environments: 8_000,
    scopes: wide,
    estimate: ESTIMATE,
  },
];
