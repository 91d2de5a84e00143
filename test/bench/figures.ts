import { type BenchFlags, SCENARIOS, type Scenario } from './flags.ts';
import type { LoadResult, Mode } from './load.ts';
import { type Measured, modesOf, type Run, TARGETS, type Target } from './rounds.ts';
import { median, type Spread, spread } from './stats.ts';

/** One line of the result: a cost of the gateway, its floor in the same run, and how they compare. */
export interface Figure {
  /** Scenario or part. */
  readonly of: string;
  readonly what: string;
  readonly unit: string;
  readonly floor: number;
  readonly own: number;
  /** `times`: own / floor; `plus`: own - floor, in the unit. Formed within a round; median and range over rounds. */
  readonly compared: 'times' | 'plus';
  readonly difference: Spread;
  /** The difference is meant to stay at or below this. */
  readonly aim: number | undefined;
}

/** Most times the bare proxy's CPU, with identify, plan, admit, settle and audit, and the ledger on disk. */
const CPU_AIM: Readonly<Record<Scenario, number>> = {
  'nonstream-small': 3,
  'nonstream-large': 6,
  'multi-turn': 6,
  'stream-100x': 1.6,
  'stream-paced': 1.6,
  'chat-anthropic': 1.8,
  'chat-bedrock': 1.8,
};
/** Most milliseconds that the first byte of a stream may come later than through the bare proxy, at the median. */
const TTFT_AIM_MS = 1;
/** Most MB of resident memory above the bare proxy's. */
const MEMORY_AIM_MB = 60;

export function figuresOf(measured: Measured, flags: BenchFlags): Figure[] {
  const figures = SCENARIOS.filter((name) => flags.scenarios.includes(name)).flatMap((scenario) =>
    TARGETS.slice(1).flatMap((target) => scenarioFigures(measured.runs, scenario, target)),
  );
  return [...figures, ...memoryFigures(measured)];
}

function scenarioFigures(runs: readonly Run[], scenario: Scenario, target: Target): Figure[] {
  const [latency = 'paced', cpu = latency] = modesOf(scenario);
  const streamed = /^(?:stream|chat)-/.test(scenario);
  const line = (
    mode: Mode,
    what: string,
    unit: string,
    compared: Figure['compared'],
    aim: number | undefined,
    value: (run: LoadResult) => number | null | undefined,
  ) => compare(runs, { scenario, target, mode, what, unit, compared, aim, value });
  const lines = [
    streamed
      ? line(cpu, 'CPU per chunk', 'us', 'times', CPU_AIM[scenario], (run) => run.cpuUsPerChunk)
      : line(cpu, 'CPU per request', 'ms', 'times', CPU_AIM[scenario], (run) => run.cpuMsPerRequest),
    streamed
      ? line(latency, 'first byte, p50', 'ms', 'plus', TTFT_AIM_MS, (run) => run.ttftMs?.p50)
      : line(latency, 'latency, p50', 'ms', 'plus', undefined, (run) => run.latencyMs?.p50),
    line(latency, 'latency, p99', 'ms', 'plus', undefined, (run) => run.latencyMs?.p99),
    streamed
      ? line(latency, 'delay of a chunk, p50', 'ms', 'plus', undefined, (run) => run.chunkMs?.p50)
      : undefined,
    cpu === 'conns' ? line(cpu, 'at saturation', 'req/s', 'times', undefined, (run) => run.rps) : undefined,
  ];
  return lines.filter((figure) => figure !== undefined);
}

interface Line {
  readonly scenario: Scenario;
  readonly target: Target;
  readonly mode: Mode;
  readonly what: string;
  readonly unit: string;
  readonly compared: Figure['compared'];
  readonly aim: number | undefined;
  readonly value: (run: LoadResult) => number | null | undefined;
}

function compare(runs: readonly Run[], line: Line): Figure | undefined {
  const { scenario, target, mode, what, unit, compared, value } = line;
  const pairs = runs
    .filter((run) => run.scenario === scenario && run.mode === mode && run.target === target)
    .flatMap((own) => {
      const floor = runs.find(
        (run) =>
          run.round === own.round &&
          run.scenario === scenario &&
          run.mode === mode &&
          run.target === 'bare proxy',
      );
      return floor === undefined
        ? []
        : [{ own: value(own) ?? Number.NaN, floor: value(floor) ?? Number.NaN }];
    });
  const difference = spread(
    pairs.map(({ own, floor }) => (compared === 'times' ? own / floor : own - floor)),
  );
  if (difference === undefined) return undefined;
  const guarded = target === 'tollgate, guard on';
  return {
    of: scenario,
    what: guarded ? `${what}, guard on` : what,
    unit,
    floor: median(pairs.map(({ floor }) => floor)),
    own: median(pairs.map(({ own }) => own)),
    compared,
    difference,
    aim: guarded ? undefined : line.aim,
  };
}

function memoryFigures({ peakMb }: Measured): Figure[] {
  const floor = peakMb['bare proxy'];
  if (floor === undefined) return [];
  return TARGETS.slice(1).flatMap((target) => {
    const own = peakMb[target];
    if (own === undefined) return [];
    const guarded = target === 'tollgate, guard on';
    const difference = { median: own - floor, low: own - floor, high: own - floor };
    const what = guarded ? 'peak memory, guard on' : 'peak memory';
    return [
      {
        of: 'all',
        what,
        unit: 'MB',
        floor,
        own,
        compared: 'plus' as const,
        difference,
        aim: guarded ? undefined : MEMORY_AIM_MB,
      },
    ];
  });
}
