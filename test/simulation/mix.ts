import type { Faults } from '../support/ledger-faults.ts';
import type { Dice } from '../support/virtual-clock.ts';
import { drawConfigs } from './limits.ts';
import type { Limits } from './oracle/rulebook.ts';

/** What a schedule is made of. Drawn anew for each seed, since no single mix finds every fault. */
export interface Mix {
  readonly start: number;
  readonly faults: Faults;
  /** Milliseconds that a process's clock is off at most. */
  readonly skewMs: number;
  /** The configs that are deployed one after the other. */
  readonly configs: readonly Limits[];
  /** Deployments are numbered, so that a rollback changes nothing. */
  readonly counts: boolean;
  readonly refreshMs: number;
  readonly processes: number;
  /** Requests at a time in one process, at most. */
  readonly workers: number;
  /** Requests of the whole schedule. */
  readonly requests: number;
  /** Longest pause between two requests of one worker. */
  readonly pauseMs: number;
  /** Longest time between two steps of a request. */
  readonly stepMs: number;
  readonly workMs: number;
  /** Longest life of a process; 0: none is killed. */
  readonly killMs: number;
  readonly freezes: boolean;
  /** Chance of a further attempt, with a top-up. */
  readonly furtherAttempt: number;
  readonly overrun: number;
  /** Chance that a cost is posted without an admission. */
  readonly posts: number;
  /** Largest estimate. */
  readonly estimate: number;
  readonly reapers: number;
  /** How much earlier than a journal's end they come. */
  readonly reapAheadMs: number;
  /** Changes by operators. */
  readonly orders: number;
  readonly heat: Heat;
}

/** How soon scopes count as hot: small schedules have to come to leases and pools. */
export interface Heat {
  /** Without it the ledger's own thresholds hold, which a schedule never reaches. */
  readonly eager: boolean;
  readonly leaseMs: number;
  readonly pools: readonly number[];
  /** Requests a second below which a level is left again. */
  readonly leave: readonly number[];
}

/** When a day, a week and a month turn, in two zones; and a noon at which nothing does. */
const TURNS = [
  Date.UTC(2026, 11, 1),
  Date.UTC(2026, 10, 30),
  Date.UTC(2026, 10, 30, 23),
  Date.UTC(2026, 10, 24, 12),
];

const DAY_MS = 86_400_000;

export function drawMix(dice: Dice): Mix {
  // Many small requests at once are what leads to leases and pools.
  const isBusy = dice.chance(0.35);
  const pauseMs = isBusy ? dice.pick([20, 300, 3_000]) : dice.pick([500, 5_000, 5_000, 60_000, DAY_MS / 2]);
  const stepMs = dice.pick([300, 5_000]);
  // Near enough to the turn that most schedules see it.
  const ahead = dice.between(0, Math.min(60_000, 3 * pauseMs + 2 * stepMs));
  return {
    start: dice.pick(TURNS) - ahead,
    faults: drawFaults(dice, isBusy),
    skewMs: dice.pick(isBusy ? [0, 3_000, 3_000, 30_000] : [0, 0, 3_000, 30_000]),
    configs: drawConfigs(dice, isBusy),
    counts: dice.chance(0.7),
    refreshMs: dice.pick([500, 10_000]),
    processes: dice.between(1, 4),
    workers: dice.between(1, isBusy ? 5 : 3),
    requests: isBusy ? dice.pick([15, 40, 60]) : dice.pick([4, 8, 15]),
    pauseMs,
    stepMs,
    workMs: 8 * Math.max(pauseMs, 10_000),
    killMs: dice.chance(0.5) ? 0 : dice.between(1, 4) * Math.max(pauseMs, 10_000),
    freezes: dice.chance(0.3),
    furtherAttempt: dice.pick([0, 0.3, 0.6]),
    overrun: dice.pick([0, 0, 0.1, 0.5]),
    posts: dice.pick([0, 0, 0, 0.1]),
    estimate: isBusy ? dice.pick([1, 3, 5, 12]) : dice.pick([1, 5, 12]),
    reapers: dice.between(0, 3),
    reapAheadMs: dice.pick([0, 0, 20_000, Number.MAX_SAFE_INTEGER]),
    orders: dice.pick([0, 0, 1, 3, 6]),
    heat: {
      eager: isBusy || dice.chance(0.2),
      leaseMs: dice.pick([500, 5_000, 20_000]),
      pools: dice.pick([
        [1, 1],
        [1, 1, 2, 3],
        [1, 2, 3, 2],
        [1, 3, 1, 2],
      ]),
      leave: dice.pick([
        [0, 0, 0, 0],
        [0, 0.2, 1, 5],
      ]),
    },
  };
}

function drawFaults(dice: Dice, isBusy: boolean): Faults {
  const rate = () => dice.pick([0, 0, 0.02, 0.1, 0.25]);
  return {
    lostRequest: rate() / 2,
    lostAnswer: rate() / 2,
    failedAfter: rate() / 3,
    late: rate(),
    conflict: isBusy ? dice.pick([0.05, 0.2]) : rate() / 2,
    throttle: rate() / 2,
    failedRead: rate() / 2,
    staleRead: rate() * 2,
    lateMs: dice.pick([1_000, 10_000, 90_000]),
  };
}
