import { type Figure, figuresOf } from './figures.ts';
import { type BenchFlags, readFlags, USAGE } from './flags.ts';
import { measureHandler } from './handler.ts';
import { inspectMachine, type Machine } from './machine.ts';
import { profile, profileText } from './profile.ts';
import { type Measured, measure } from './rounds.ts';
import { sizesText } from './sizes.ts';
import { median } from './stats.ts';
import { table } from './table.ts';

/** `npm run bench`: what the gateway costs, beside a bare node:http proxy in the same run. Nothing timed fails. */

const flags = readFlags(process.argv.slice(2));
// So that the processes started here end with this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

if (flags === USAGE) console.log(USAGE);
else if (typeof flags === 'string') {
  console.error(flags);
  process.exitCode = 2;
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
  const tell = (line: string) => console.error(line);
  const measured = flags.parts.includes('load') ? await measure(flags, machine, tell) : undefined;
  const handler = flags.parts.includes('handler') ? await measureHandler(machine, tell) : undefined;
  const figures: Figure[] = [
    ...(measured === undefined ? [] : figuresOf(measured, flags)),
    ...(handler?.figures ?? []),
  ];
  const failed = measured?.runs.reduce((sum, { errors }) => sum + errors, 0) ?? 0;
  if (flags.json) {
    const about = { node: process.version, rounds: flags.rounds, seconds: flags.seconds };
    const all = {
      ...about,
      missing: machine.missing,
      failed,
      figures,
      sizes: handler?.sizes,
      runs: measured?.runs,
    };
    console.log(JSON.stringify(all, undefined, 2));
  } else {
    const sizes = handler === undefined ? [] : [sizesText(handler.sizes)];
    console.log(['', table(figures), ...sizes, footnote(flags, measured, failed)].join('\n\n').trimStart());
  }
  // Figures of requests that failed mean nothing.
  if (failed > 0) process.exitCode = 1;
}

function footnote(flags: BenchFlags, measured: Measured | undefined, failed: number): string {
  const lines = [`Node ${process.version}.`];
  if (measured !== undefined) {
    const others = measured.runs.map(({ otherCpuShare }) => otherCpuShare ?? Number.NaN);
    const shown = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '-');
    lines.push(
      `Floor under load: a bare node:http proxy in the same run; ${flags.rounds} round(s) of ${flags.seconds} s runs.`,
      `CPU taken by other programs meanwhile: median ${shown(median(others))}, worst ${shown(Math.max(...others))} of one core. Failed requests: ${failed}.`,
    );
  }
  lines.push('Floor of the handler: one that answers at once and imports nothing, in the same run.');
  return lines.join('\n');
}
