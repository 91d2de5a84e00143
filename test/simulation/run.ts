import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { KILLING_SEEDS } from './killing-seeds.ts';
import { MUTANTS } from './mutants.ts';
import { type Result, runJob } from './pool.ts';
import { TALLIES, type Tally } from './tally.ts';

/**
 * `npm run simulate -- --schedules N --seed S [--jobs J]` runs the ledger through N schedules, the first from seed S, and
 * says what broke. `--mutant NAME` plants a fault and expects it to be found; `--mutants` lists the faults; `--record`
 * looks for the first seeds that find each and writes `killing-seeds.ts`.
 */
const HELP = `npm run simulate -- [--schedules N] [--seed S] [--jobs J] [--mutant NAME | --mutants | --record]`;

/** Seeds kept for each planted fault: a change of the ledger makes other schedules, and some of them find it no longer. */
const KEPT = 4;

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const count = whole('schedules', values.schedules, 1);
const first = whole('seed', values.seed, -0x80000000);
const jobs = whole('jobs', values.jobs, 1);

if (values.help) console.log(HELP);
else if (values.mutants) listMutants();
else if (values.record) await record();
else if (values.mutant !== undefined) await hunt(values.mutant);
else await run();

async function run(): Promise<void> {
  const began = performance.now();
  const result = await runJob({ first, count, jobs, progress });
  clearProgress();
  printTally(result);
  const seconds = (performance.now() - began) / 1_000;
  console.log(`${Math.round(result.done / seconds)} schedules a second on ${jobs} threads\n`);
  for (const { seed, problem } of result.breaks.slice(0, 20)) console.log(`seed ${seed}: ${problem}\n`);
  console.log(`${result.done} schedules, ${result.breaks.length} breaks`);
  if (result.breaks.length > 0) process.exitCode = 1;
}

/** A planted fault has to be found. */
async function hunt(mutant: string): Promise<void> {
  if (MUTANTS[mutant] === undefined) {
    console.error(`no mutant is called ${mutant}; --mutants lists them`);
    process.exitCode = 2;
    return;
  }
  const { done, breaks } = await runJob({ first, count, jobs, mutant, progress });
  clearProgress();
  const [found] = breaks;
  if (found === undefined) {
    console.log(`${mutant} lived through ${done} schedules`);
    process.exitCode = 1;
  } else console.log(`${found.problem}\n\n${mutant} is killed by seed ${found.seed}`);
}

async function record(): Promise<void> {
  const lines: string[] = [];
  for (const mutant of Object.keys(MUTANTS)) {
    const { breaks } = await runJob({ first, count, jobs, mutant, kills: KEPT });
    const [found] = breaks;
    if (found === undefined) {
      console.log(`${mutant} lived through ${count} schedules`);
      process.exitCode = 1;
      continue;
    }
    const seeds = breaks.slice(0, KEPT).map(({ seed }) => seed);
    lines.push(`  '${mutant}': [${seeds.join(', ')}],`);
    console.log(`${mutant}: seeds ${seeds.join(', ')}: ${found.problem.slice(0, 160)}`);
  }
  writeFileSync(
    new URL('./killing-seeds.ts', import.meta.url),
    [
      '/** The first seeds that find each planted fault. Written by `npm run simulate -- --record`. */',
      'export const KILLING_SEEDS: Readonly<Record<string, readonly number[]>> = {',
      ...lines,
      '};\n',
    ].join('\n'),
  );
}

function listMutants(): void {
  for (const [name, { what }] of Object.entries(MUTANTS)) {
    const seeds = KILLING_SEEDS[name] ?? [];
    console.log(`${name.padEnd(28)} ${what}${seeds.length === 0 ? '' : ` (seeds ${seeds.join(', ')})`}`);
  }
}

function printTally({ tally }: Result): void {
  const width = Math.max(...Object.values(TALLIES).map((what) => what.length));
  for (const [name, what] of Object.entries(TALLIES)) {
    // The keys are those of the table.
    console.log(`${what.padEnd(width)} ${tally[name as keyof Tally].toLocaleString('en').padStart(15)}`);
  }
  console.log();
}

function progress(done: number, breaks: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${count} schedules, ${breaks} breaks `);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  console.error(`--${name} takes a whole number from ${least}\n${HELP}`);
  process.exit(2);
}
