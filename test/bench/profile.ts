import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchFlags, Scenario } from './flags.ts';
import { startGateway } from './gateway.ts';
import { type LoadResult, load } from './load.ts';
import type { Machine } from './machine.ts';
import { modesOf, startMock } from './rounds.ts';

/** The parts of V8's CPU profile that are read; times are microseconds of CLOCK_MONOTONIC. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface HotFunction {
  readonly name: string;
  readonly share: number;
  /** Microseconds a request, of the profiled time. */
  readonly usPerRequest: number;
}

export interface ProfileReport {
  readonly scenario: Scenario;
  readonly guard: boolean;
  readonly requests: number;
  readonly cpuMsPerRequest: number | null;
  readonly folders: readonly HotFunction[];
  /** The gateway's own functions with all that they called before they waited. */
  readonly inclusive: readonly HotFunction[];
  readonly functions: readonly HotFunction[];
}

/** Runs one scenario against a gateway under V8's profiler, and answers where the time of the measured window went. */
export async function profile(
  scenario: Scenario,
  flags: BenchFlags,
  machine: Machine,
): Promise<ProfileReport> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-profile-'));
  const mock = await startMock(machine);
  const node = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200'];
  const cpu = machine.cpus?.target;
  const target = await startGateway({ upstream: mock.url, guard: flags.guard, cpu, node });
  const mode = modesOf(scenario).at(-1) ?? 'conns';
  const result = await load({ target, mock, scenario, mode, seconds: flags.seconds, machine });
  await target.stop();
  await mock.stop();
  if (result.errors > 0) throw new Error(`${result.errors} requests failed, first ${result.firstError}`);
  const [file = ''] = readdirSync(folder);
  // Written by V8 in its documented shape.
  const taken = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
  rmSync(folder, { recursive: true });
  return { scenario, guard: flags.guard, ...read(taken, result, flags.top) };
}

function read(taken: CpuProfile, result: LoadResult, top: number) {
  const nodes = new Map(taken.nodes.map((node) => [node.id, node.callFrame]));
  const parents = new Map(
    taken.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const functions = new Map<string, number>();
  const folders = new Map<string, number>();
  const inclusive = new Map<string, number>();
  const [from, to] = result.windowUs;
  let at = taken.startTime;
  let total = 0;
  for (const [index, id] of taken.samples.entries()) {
    at += taken.timeDeltas[index] ?? 0;
    // A sample stands for the time until the next one.
    const time = taken.timeDeltas[index + 1] ?? 0;
    const frame = nodes.get(id);
    if (at < from || at > to || frame === undefined || frame.functionName === '(idle)') continue;
    total += time;
    add(functions, nameOf(frame, callerOf(id, nodes, parents)), time);
    add(folders, folderOf(frame.url, frame.functionName), time);
    for (const name of ownFunctions(id, nodes, parents)) add(inclusive, name, time);
  }
  const hottest = (times: Map<string, number>, most: number): HotFunction[] =>
    [...times]
      .sort(([, one], [, other]) => other - one)
      .slice(0, most)
      .map(([name, time]) => ({ name, share: time / total, usPerRequest: time / result.requests }));
  return {
    requests: result.requests,
    cpuMsPerRequest: result.cpuMsPerRequest,
    folders: hottest(folders, 40),
    inclusive: hottest(inclusive, top),
    functions: hottest(functions, top),
  };
}

type Frame = CpuProfile['nodes'][number]['callFrame'];

/** Native functions say nothing without the script that called them. */
function callerOf(
  id: number,
  nodes: ReadonlyMap<number, Frame>,
  parents: ReadonlyMap<number, number>,
): Frame | undefined {
  for (let parent = parents.get(id); parent !== undefined; parent = parents.get(parent)) {
    const frame = nodes.get(parent);
    if (frame !== undefined && frame.url !== '') return frame;
  }
  return undefined;
}

/** Functions of the gateway that are on the stack of a sample, each once. */
function ownFunctions(
  id: number,
  nodes: ReadonlyMap<number, Frame>,
  parents: ReadonlyMap<number, number>,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const frame = nodes.get(at);
    if (frame?.url.includes('/lambda/') === true) names.add(nameOf(frame, undefined));
  }
  return names;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

function nameOf(frame: Frame, caller: Frame | undefined): string {
  const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
  if (frame.url !== '') return `${name}  ${place(frame)}`;
  if (caller === undefined || frame.functionName.startsWith('(')) return name;
  return `${name} [native]  from ${caller.functionName}  ${place(caller)}`;
}

function place({ url, lineNumber }: Frame): string {
  return `${shorten(url)}:${lineNumber + 1}`;
}

function shorten(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url).replace(root, '') : url;
}

function folderOf(url: string, name: string): string {
  if (url === '') return name.startsWith('(') ? name : 'native functions';
  const path = shorten(url);
  if (path.startsWith('node:')) return path.split('/').slice(0, 2).join('/');
  return path
    .split('/')
    .slice(0, path.startsWith('lambda/adapters') ? 3 : 2)
    .join('/');
}

function add(times: Map<string, number>, name: string, time: number): void {
  times.set(name, (times.get(name) ?? 0) + time);
}

export function profileText(report: ProfileReport): string {
  const cpu =
    report.cpuMsPerRequest === null ? '' : `, ${report.cpuMsPerRequest.toFixed(3)} ms CPU a request`;
  const lines = (hot: readonly HotFunction[]) =>
    hot.map(
      ({ name, share, usPerRequest }) =>
        `${(share * 100).toFixed(1).padStart(5)} %  ${usPerRequest.toFixed(1).padStart(8)} us  ${name}`,
    );
  return [
    `${report.scenario}, guard ${report.guard ? 'on' : 'off'}: ${report.requests} requests${cpu}, the profiler's own included`,
    '',
    'by folder, self time of a request',
    ...lines(report.folders),
    '',
    'by function of the gateway, with what it called',
    ...lines(report.inclusive),
    '',
    'by function, self time of a request',
    ...lines(report.functions),
  ].join('\n');
}
