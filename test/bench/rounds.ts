import { fileURLToPath } from 'node:url';
import type { BenchFlags, Scenario } from './flags.ts';
import { startGateway } from './gateway.ts';
import { type LoadResult, load, type Mode } from './load.ts';
import { type Machine, peakMb } from './machine.ts';
import { type Running, startProcess } from './processes.ts';

export const TARGETS = ['bare proxy', 'tollgate', 'tollgate, guard on'] as const;
export type Target = (typeof TARGETS)[number];

export interface Run extends LoadResult {
  readonly round: number;
  readonly target: Target;
  readonly scenario: Scenario;
  readonly mode: Mode;
}

export interface Measured {
  readonly runs: readonly Run[];
  /** Peak resident memory of each target over all its runs, in MB; empty where there is no /proc. */
  readonly peakMb: Readonly<Partial<Record<Target, number>>>;
}

/** Every target in every scenario, in rounds: what disturbs the machine for a while disturbs all of them. */
export async function measure(
  flags: BenchFlags,
  machine: Machine,
  tell: (line: string) => void,
): Promise<Measured> {
  const mock = await startMock(machine);
  const targets = await startTargets(mock.url, machine);
  const runs: Run[] = [];
  const one = async (round: number, scenario: Scenario, mode: Mode, seconds: number) => {
    for (let index = 0; index < TARGETS.length; index++) {
      const target = TARGETS[(index + Math.max(0, round)) % TARGETS.length] ?? 'tollgate';
      const options = { target: targets[target], mock, scenario, mode, seconds, machine };
      const run = { ...(await load(options)), round, target, scenario, mode };
      if (round >= 0) runs.push(run);
      if (run.errors > 0)
        tell(`${scenario} ${target}: ${run.errors} requests failed, first ${run.firstError}`);
    }
  };
  tell('warming up');
  for (const scenario of flags.scenarios) await one(-1, scenario, modesOf(scenario).at(-1) ?? 'conns', 1);
  for (let round = 0; round < flags.rounds; round++) {
    for (const scenario of flags.scenarios) {
      tell(`round ${round + 1} of ${flags.rounds}: ${scenario}`);
      for (const mode of modesOf(scenario)) await one(round, scenario, mode, flags.seconds);
    }
  }
  const peak: Partial<Record<Target, number>> = {};
  for (const target of TARGETS) if (machine.proc) peak[target] = peakMb(targets[target].pid);
  for (const process of [...Object.values(targets), mock]) await process.stop();
  return { runs, peakMb: peak };
}

export function modesOf(scenario: Scenario): readonly Mode[] {
  return scenario === 'stream-paced' ? ['paced'] : ['rate', 'conns'];
}

export function startMock(machine: Machine): Promise<Running> {
  return startProcess({ name: 'the mock', args: [harness('mock-upstream.mjs')], cpu: machine.cpus?.load });
}

async function startTargets(upstream: string, machine: Machine): Promise<Record<Target, Running>> {
  const cpu = machine.cpus?.target;
  const args = [harness('raw-proxy.mjs'), '--upstream', upstream];
  return {
    'bare proxy': await startProcess({ name: 'the bare proxy', args, cpu }),
    tollgate: await startGateway({ upstream, guard: false, cpu }),
    'tollgate, guard on': await startGateway({ upstream, guard: true, cpu }),
  };
}

function harness(file: string): string {
  return fileURLToPath(new URL(`harness/${file}`, import.meta.url));
}
