import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { outsideReactions } from '../../support/virtual-clock.ts';
import { type Load, type Outcome, runLoad, type Second } from './fleet.ts';
import { SCENARIOS } from './scenarios.ts';

/**
 * `npm run scale` drives the ledger of thousands of environments through a model of one DynamoDB table in virtual time:
 * what one busy team gets, how long admissions take, and what they cost. `--seconds` prints every second, `--only TEXT`
 * the scenarios whose name holds it, `--json` figures for programs.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const table = new Table({
  head: [
    'scenario',
    'offered',
    'served',
    'refused',
    'no answer',
    'worst s',
    'p50 ms',
    'p99 ms',
    'WRU each',
    'stranded s',
  ],
  colAligns: ['left', ...Array.from({ length: 9 }, () => 'right' as const)],
  style: { head: [], border: [] },
});

for (const load of SCENARIOS.filter(({ name }) => name.includes(values.only))) {
  const outcome = await outsideReactions(() =>
    runLoad(load, Number(values.seed), (second) => tell(load, second)),
  );
  if (process.stderr.isTTY) process.stderr.write(`\r${' '.repeat(100)}\r`);
  const row = summary(load, outcome);
  if (values.json) console.log(JSON.stringify(row));
  else table.push(Object.values(row).map(String));
  if (outcome.operatorMs !== undefined)
    console.log(`the operator waited ${Math.round(outcome.operatorMs)} ms`);
  if (values.seconds) printSeconds(outcome.seconds.slice(0, load.seconds));
}
if (!values.json) console.log(table.toString());

function summary(load: Load, { seconds, store }: Outcome) {
  const all = seconds.slice(0, load.seconds);
  const sum = (of: (second: Second) => number) => all.reduce((total, second) => total + of(second), 0);
  const waits = all.flatMap(({ waits: each }) => each).sort((a, b) => a - b);
  const offered = sum((second) => second.offered);
  const admitted = sum((second) => second.admitted);
  return {
    scenario: load.name,
    offered,
    served: share(admitted, offered),
    refused: sum(({ spent, held }) => spent + held),
    'no answer': sum(({ unavailable, crowded }) => unavailable + crowded),
    'worst s': share(
      Math.min(...all.map((second) => (second.offered === 0 ? 1 : second.admitted / second.offered))),
      1,
    ),
    'p50 ms': quantile(waits, 0.5),
    'p99 ms': quantile(waits, 0.99),
    'WRU each': round(store.meter.units.writes / Math.max(1, admitted)),
    'stranded s': round(strandedSeconds(load, store)),
  };
}

function tell(load: Load, second: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${load.name}: second ${second} of ${load.seconds}   `);
}

/** Money in open leases at the end that nothing runs on, in seconds of the load's spending at its peak. */
function strandedSeconds(load: Load, store: Outcome['store']): number {
  let free = 0n;
  const spent = new Map<string, bigint>();
  for (const item of store.memory.items.values()) {
    if (!item.sk.startsWith('E#') || typeof item['sc'] !== 'string') continue;
    for (const [, lease] of item['sc'].matchAll(/"#lease":(\d+)/g)) {
      const id = `${item.pk} ${Number(lease)}`;
      const amount = item[item['st'] === 'F' ? 'a' : 'e'];
      spent.set(id, (spent.get(id) ?? 0n) + (typeof amount === 'bigint' ? amount : 0n));
    }
  }
  for (const item of store.memory.items.values()) {
    if (item['st'] !== 'OPEN' || typeof item['g'] !== 'bigint') continue;
    free += item['g'] - (spent.get(`${item.pk} ${Number(item.sk.slice(2))}`) ?? 0n);
  }
  const peak = Math.max(...Array.from({ length: load.seconds }, (_, second) => load.rate(second)));
  const perSecond = (Number(load.estimate) * 6 * peak) / 10;
  return Number(free) / perSecond;
}

function printSeconds(seconds: readonly Second[]): void {
  const rows = new Table({
    head: [
      's',
      'offered',
      'served',
      'spent',
      'held',
      'away',
      'crowded',
      'p50',
      'p99',
      'conflicts',
      'WRU each',
    ],
    colAligns: Array.from({ length: 11 }, () => 'right' as const),
    style: { head: [], border: [], compact: true },
  });
  seconds.forEach((second, index) => {
    const waits = [...second.waits].sort((a, b) => a - b);
    const { offered, admitted, spent, held, unavailable, crowded, conflicts, writes } = second;
    rows.push(
      [index, offered, admitted, spent, held, unavailable, crowded]
        .map(String)
        .concat(
          [quantile(waits, 0.5), quantile(waits, 0.99), conflicts, round(writes / Math.max(1, admitted))].map(
            String,
          ),
        ),
    );
  });
  console.log(rows.toString());
}

function quantile(sorted: readonly number[], at: number): number {
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0);
}

function share(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
