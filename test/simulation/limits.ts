import { toNano } from '../../lambda/core/money.ts';
import type { Budget, Mode, Parallel, Rate, ScopeLimits } from '../../lambda/core/scope-limits.ts';
import type { Window } from '../../lambda/core/windows.ts';
import type { Dice } from '../support/virtual-clock.ts';
import type { Limits } from './oracle/rulebook.ts';

/** The one scope that bears less than the whole of a request. */
export const PROVIDER = 'provider:p';

interface Shape {
  readonly scope: string;
  readonly budgets: readonly (readonly [window: Window, zone: string, times: number])[];
}

const SHAPES: readonly Shape[] = [
  {
    scope: 'team:a',
    budgets: [
      ['day', 'UTC', 1],
      ['total', 'UTC', 3],
    ],
  },
  {
    scope: 'app:a/b',
    budgets: [
      ['day', 'Europe/Berlin', 1],
      ['month', 'UTC', 2],
      ['week', 'UTC', 2],
    ],
  },
  { scope: 'user:u', budgets: [['week', 'UTC', 1]] },
  { scope: PROVIDER, budgets: [['day', 'UTC', 1]] },
];

/** One to three configs of the same scopes: limits go up and down, budgets and rates come and go. */
export function drawConfigs(dice: Dice, isBusy: boolean): readonly Limits[] {
  const shapes = SHAPES.filter(() => dice.chance(0.7));
  const limit = dice.pick(isBusy ? [10, 20, 40, 1_000] : [15, 40, 150, 10_000]);
  const withRates = dice.chance(0.4);
  const observes = dice.chance(0.3);
  const full = new Map(
    shapes.map((shape) => [shape.scope, drawScope(dice, shape, { limit, withRates, observes })]),
  );
  const count = dice.pick([1, 1, 2, 3]);
  if (count === 1) return [full];
  return Array.from(
    { length: count },
    () => new Map([...full].map(([name, limits]) => [name, changed(dice, limits)])),
  );
}

function drawScope(
  dice: Dice,
  { scope, budgets }: Shape,
  how: { readonly limit: number; readonly withRates: boolean; readonly observes: boolean },
): ScopeLimits {
  const mode = (): Mode => (how.observes && dice.chance(0.5) ? 'observe' : 'enforce');
  const kept = budgets.filter(() => dice.chance(0.8));
  return {
    scope,
    budgets: kept.map(([window, tz, times]): Budget => {
      const value = dice.chance(0.7) ? how.limit : dice.pick(how.limit < 15 ? [8, 30] : [15, 40, 150]);
      return {
        id: tz === 'UTC' ? window : `${window}@${tz}`,
        limit: toNano(BigInt(value * times)),
        window: { window, tz },
        mode: mode(),
        soft: undefined,
        allowance: undefined,
      };
    }),
    ...(how.withRates ? drawRates(dice, mode) : {}),
  };
}

function drawRates(dice: Dice, mode: () => Mode): Pick<ScopeLimits, 'requests' | 'tokens' | 'parallel'> {
  const rate = (perMinute: readonly number[]): Rate => {
    const each = dice.pick(perMinute);
    return { perMinute: each, burst: dice.pick([1, 3, 10, each]), mode: mode() };
  };
  const parallel = (): Parallel => ({ limit: dice.between(1, 4), mode: mode() });
  return {
    ...(dice.chance(0.5) ? { requests: rate([7, 60, 600]) } : {}),
    ...(dice.chance(0.5) ? { tokens: rate([20, 290, 3_000]) } : {}),
    ...(dice.chance(0.5) ? { parallel: parallel() } : {}),
  };
}

function changed(dice: Dice, limits: ScopeLimits): ScopeLimits {
  const budgets = limits.budgets
    .filter(() => dice.chance(0.9))
    .map(
      (budget): Budget => ({
        ...budget,
        limit: toNano((budget.limit * BigInt(dice.pick([1, 2, 2, 4, 5]))) / 2n),
      }),
    );
  const { requests, tokens, parallel, ...rest } = limits;
  return {
    ...rest,
    budgets,
    ...(requests !== undefined && dice.chance(0.8) ? { requests } : {}),
    ...(tokens !== undefined && dice.chance(0.8) ? { tokens } : {}),
    ...(parallel !== undefined && dice.chance(0.8) ? { parallel } : {}),
  };
}
