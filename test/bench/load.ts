import { fileURLToPath } from 'node:url';
import type { Scenario } from './flags.ts';
import { KEY } from './gateway.ts';
import type { Machine } from './machine.ts';
import { type Running, runProcess } from './processes.ts';

/** In milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** How a scenario is pushed: an even rate (latency), as fast as it answers (CPU), or at the upstream's pace (both). */
export type Mode = 'rate' | 'conns' | 'paced';

/** What harness/load.mjs prints. CPU is null where there is no /proc. */
export interface LoadResult {
  /** Start and end of the measured time, microseconds of CLOCK_MONOTONIC. */
  readonly windowUs: readonly [number, number];
  readonly requests: number;
  readonly chunks: number;
  readonly errors: number;
  readonly firstError: string | null;
  readonly rps: number;
  readonly chunksPerSecond: number;
  readonly latencyMs: Percentiles | null;
  readonly ttftMs: Percentiles | null;
  readonly chunkMs: Percentiles | null;
  readonly cpuMsPerRequest: number | null;
  readonly cpuUsPerChunk: number | null;
  /** Share of one CPU that anything else on the machine took meanwhile. */
  readonly otherCpuShare: number | null;
}

export interface LoadOptions {
  readonly target: Running;
  readonly mock: Running;
  readonly scenario: Scenario;
  readonly mode: Mode;
  readonly seconds: number;
  readonly machine: Machine;
}

const loadFile = fileURLToPath(new URL('harness/load.mjs', import.meta.url));

export async function load(options: LoadOptions): Promise<LoadResult> {
  const { target, mock, scenario, mode, seconds, machine } = options;
  const named = {
    url: target.url,
    scenario,
    mode,
    duration: seconds,
    // The streams of a paced run start spread over their first second.
    warmup: mode === 'paced' ? Math.max(1.2, seconds / 3) : seconds / 3,
    pid: target.pid,
    'mock-pid': mock.pid,
    header: `authorization: Bearer ${KEY}`,
  };
  const output = await runProcess({
    name: 'the load generator',
    args: [loadFile, ...Object.entries(named).flatMap(([name, value]) => [`--${name}`, String(value)])],
    cpu: machine.cpus?.load,
  });
  // Printed by our own program in exactly this shape.
  return JSON.parse(output) as LoadResult;
}
