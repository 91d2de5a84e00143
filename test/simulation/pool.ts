import { Worker } from 'node:worker_threads';
import { addTally, newTally, type Tally } from './tally.ts';
import type { Break, Progress, Task } from './worker.ts';

export interface Job {
  readonly first: number;
  readonly count: number;
  readonly jobs: number;
  /** Name of a planted fault; then the run ends when `kills` seeds have found it. Default: 1. */
  readonly mutant?: string;
  readonly kills?: number;
  /** Told how many schedules are done. */
  readonly progress?: (done: number, breaks: number) => void;
}

export interface Result {
  /** Schedules that were run. */
  readonly done: number;
  readonly tally: Tally;
  /** By seed. */
  readonly breaks: readonly Break[];
}

/** Runs schedules on worker threads. Which thread has which seed changes nothing: each schedule stands alone. */
export async function runJob(job: Job): Promise<Result> {
  const { first, count, jobs, mutant, kills = 1, progress } = job;
  const tally = newTally();
  const breaks: Break[] = [];
  let done = 0;
  const isOver = (next: number) =>
    mutant !== undefined && breaks.filter(({ seed }) => seed < next).length >= kills;
  const workers = Array.from({ length: Math.min(jobs, count) }, (_, index) => {
    const task: Task = { first: first + index, end: first + count, step: jobs, mutant };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task });
    return new Promise<void>((resolve, reject) => {
      worker.on('message', (report: Progress) => {
        done += report.done;
        addTally(tally, report.tally);
        breaks.push(...report.breaks);
        progress?.(done, breaks.length);
        if (isOver(report.next)) void worker.terminate();
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  });
  await Promise.all(workers);
  breaks.sort((a, b) => a.seed - b.seed);
  return { done, tally, breaks };
}
