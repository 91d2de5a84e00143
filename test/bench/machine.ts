import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export interface Machine {
  /** CPU of the mock and the load generator, and CPU of what is measured; undefined where nothing can be pinned. */
  readonly cpus: { readonly load: string; readonly target: string } | undefined;
  /** Whether /proc tells the CPU time and memory of other processes. */
  readonly proc: boolean;
  /** What is left out or done less well here than on Linux with two CPUs, in words. */
  readonly missing: readonly string[];
}

export function inspectMachine(): Machine {
  const proc = existsSync('/proc/stat');
  const allowed = proc ? allowedCpus() : [];
  const taskset = proc && spawnSync('taskset', ['--version']).status === 0;
  const [load, target] = allowed;
  const cpus = taskset && load !== undefined && target !== undefined ? { load, target } : undefined;
  const missing: string[] = [];
  if (!proc)
    missing.push('no /proc here: CPU and memory are left out, only latency and throughput are shown');
  if (cpus === undefined)
    missing.push('no two CPUs to pin to with taskset: load and target disturb each other');
  return { cpus, proc, missing };
}

/** Peak resident memory of a process so far, in MB. */
export function peakMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

function allowedCpus(): string[] {
  const list = /Cpus_allowed_list:\s+(\S+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
  });
}
