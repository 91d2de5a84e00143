import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLedger } from '../../../lambda/adapters/local/sqlite-store.ts';
import type { Change, Op } from '../../../lambda/ports/ledger-store.ts';

/**
 * Prints what an admission and a settlement over three scopes cost on a real file, alone and with others beside them:
 * `node test/bench/micro/sqlite-store.ts`. CPU of the whole process, garbage collection and checkpoints included.
 */
const SCOPES = ['account', 'team:search', 'app:search/web'];
const ROUNDS = 5;
const REQUESTS = 4_000;

const put = (attr: string, value: string | bigint | Uint8Array): Change => ({ op: 'put', attr, value });
const add = (attr: string, value: bigint): Change => ({ op: 'add', attr, value });
const wide = new Uint8Array(700).fill(7);

const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
const ledger = openSqliteLedger(folder);
await done(
  SCOPES.map((scope) => ({
    key: { pk: `S#${scope}`, sk: 'C' },
    when: [],
    set: [
      put('day.id', '2026-11-24'),
      put('day.used', 0n),
      put('month.id', '2026-11'),
      put('month.used', 0n),
    ],
  })),
);
for (const parallel of [1, 8, 64]) {
  let cpu = Number.POSITIVE_INFINITY;
  let wall = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const used = process.cpuUsage();
    const began = performance.now();
    await Promise.all(Array.from({ length: parallel }, (_, slot) => requests(parallel, round, slot)));
    const transactions = 2 * Math.floor(REQUESTS / parallel) * parallel;
    const { user, system } = process.cpuUsage(used);
    cpu = Math.min(cpu, (user + system) / transactions);
    wall = Math.min(wall, ((performance.now() - began) * 1000) / transactions);
  }
  console.log(
    `${String(parallel).padStart(3)} at a time: ${cpu.toFixed(1)} µs CPU and ${wall.toFixed(1)} µs per transaction of 4 writes`,
  );
}
ledger.close();
rmSync(folder, { recursive: true });

async function requests(parallel: number, round: number, slot: number): Promise<void> {
  for (let number = 1; number <= Math.floor(REQUESTS / parallel); number++) {
    const key = {
      pk: `J#local.${slot}.${parallel}-${round}`,
      sk: `E#${String(number).padStart(6, '0')}`,
    };
    await done([
      ...SCOPES.map((scope) => charge(scope, 12_345n)),
      { key, when: [{ op: 'absent', attr: 'st' }], set: held(number) },
    ]);
    await done([
      ...SCOPES.map((scope) => charge(scope, -5_000n)),
      { key, when: [{ op: 'equals', attr: 'st', value: 'HELD' }], set: final() },
    ]);
  }
}

function charge(scope: string, amount: bigint): Op {
  return {
    key: { pk: `S#${scope}`, sk: 'C' },
    when: [
      { op: 'equals', attr: 'day.id', value: '2026-11-24' },
      { op: 'atMost', attr: 'day.used', value: 10n ** 15n },
      { op: 'equals', attr: 'month.id', value: '2026-11' },
      { op: 'atMost', attr: 'month.used', value: 10n ** 16n },
    ],
    set: [add('day.used', amount), add('month.used', amount), add('tu', amount), add('s', 1n)],
  };
}

function held(number: number): Change[] {
  return [
    put('st', 'HELD'),
    put('v', 1n),
    put('rid', `01939e3c-0000-7000-8000-${String(number).padStart(12, '0')}`),
    put('e', 12_345n),
    put('n', 0n),
    put('ttl', 1_800_000_000n),
    put('sc', JSON.stringify(Object.fromEntries(SCOPES.map((scope) => [scope, { day: '2026-11-24' }])))),
    put('principal', 'arn:aws:iam::123456789012:role/search'),
    put('model', 'fast'),
  ];
}

function final(): Change[] {
  return [put('st', 'F'), put('a', 7_345n), put('by', 'self'), put('outcome', 'ok'), put('w', wide)];
}

async function done(ops: readonly Op[]): Promise<void> {
  const result = await ledger.store.transact(ops);
  if (result.type !== 'done') throw new Error(JSON.stringify(result));
}
