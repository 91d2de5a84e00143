import { type Figure, figuresOf } from './figures.ts';
import { type BenchFlags, readFlags } from './flags.ts';
import { inspectMachine, type Machine } from './machine.ts';
import { profile, profileText } from './profile.ts';
import { type Measured, measure } from './rounds.ts';
import { median } from './stats.ts';
import { table } from './table.ts';

/** `npm run bench`: what the gateway costs, beside a bare node:http proxy in the same run. Nothing timed fails. */

const flags = readFlags(process.argv.slice(2));
if (typeof flags === 'string') {
  console.error(flags);
  process.exitCode = process.argv.includes('--help') ? 0 : 2;
} else {
  const machine = inspectMachine();
  for (const line of machine.missing) console.error(line);
  if (flags.profile !== undefined) {
    const report = await profile(flags.profile, flags, machine);
    console.log(flags.json ? JSON.stringify(report, undefined, 2) : profileText(report));
  } else {
    await compare(flags, machine);
  }
}

async function compare(flags: BenchFlags, machine: Machine): Promise<void> {
  const measured = flags.parts.includes('load')
    ? await measure(flags, machine, (line) => console.error(line))
    : undefined;
  const figures: Figure[] = measured === undefined ? [] : figuresOf(measured, flags);
  const failed = measured?.runs.reduce((sum, { errors }) => sum + errors, 0) ?? 0;
  const about = { node: process.version, rounds: flags.rounds, seconds: flags.seconds };
  if (flags.json) {
    console.log(
      JSON.stringify({ ...about, missing: machine.missing, failed, figures, runs: measured?.runs }, null, 2),
    );
  } else {
    console.log(`\n${table(figures)}\n\n${footnote(flags, measured, failed)}`);
  }
  // Figures of requests that failed mean nothing.
  if (failed > 0) process.exitCode = 1;
}

function footnote(flags: BenchFlags, measured: Measured | undefined, failed: number): string {
  const lines = [
    `Node ${process.version}; ${flags.rounds} round(s) of ${flags.seconds} s runs; floor: a bare node:http proxy in the same run.`,
  ];
  if (measured !== undefined) {
    const others = measured.runs.map(({ otherCpuShare }) => otherCpuShare ?? Number.NaN);
    const shown = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '-');
    lines.push(
      `CPU taken by other programs meanwhile: median ${shown(median(others))}, worst ${shown(Math.max(...others))} of one core. Failed requests: ${failed}.`,
    );
  }
  return lines.join('\n');
}
