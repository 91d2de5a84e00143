import { parentPort, workerData } from 'node:worker_threads';
import { MUTANTS } from './mutants.ts';
import { simulate } from './schedule.ts';
import { addTally, newTally, type Tally } from './tally.ts';

/** The seeds of one worker: every `step`-th from `first` to before `end`. */
export interface Task {
  readonly first: number;
  readonly end: number;
  readonly step: number;
  /** Name of a planted fault. */
  readonly mutant: string | undefined;
}

export interface Break {
  readonly seed: number;
  /** The first broken promise, in words. */
  readonly problem: string;
}

/** What a worker sends now and then. */
export interface Progress {
  readonly done: number;
  /** The seed that comes next. */
  readonly next: number;
  readonly tally: Tally;
  readonly breaks: readonly Break[];
}

/** Schedules between two reports. */
const BATCH = 50;

const { first, end, step, mutant }: Task = workerData;
const planted = mutant === undefined ? undefined : MUTANTS[mutant];
let next = first;

/** One batch for each turn of the event loop, which is where a schedule has to be started from. */
function batch(): void {
  const tally = newTally();
  const breaks: Break[] = [];
  let done = 0;
  for (; done < BATCH && next < end; next += step) {
    const outcome = simulate(next, planted);
    done += 1;
    addTally(tally, outcome.tally);
    if (outcome.problem === undefined) continue;
    // A seed that breaks the ledger as it is says nothing about a mutant.
    if (planted !== undefined && simulate(next).problem !== undefined) continue;
    breaks.push({ seed: next, problem: outcome.problem });
  }
  const progress: Progress = { done, next, tally, breaks };
  parentPort?.postMessage(progress);
  if (next < end) setImmediate(batch);
}

setImmediate(batch);
