/**
 * Prints what an admission and its settlement over three scopes cost on a real file, as a multiple of bare SQLite
 * writing rows of the same size: three upserts and an insert in one transaction, then four updates in another. CPU of
 * the whole process, taken in turns, so that what disturbs the machine disturbs both: `node test/bench/micro/ledger.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encodeItem } from '../../../lambda/adapters/local/sqlite-item.ts';
import { openSqliteLedger } from '../../../lambda/adapters/local/sqlite-store.ts';
import { systemClock } from '../../../lambda/adapters/node/clock.ts';
import { createIds } from '../../../lambda/adapters/node/ids.ts';
import { systemRandom } from '../../../lambda/adapters/node/random.ts';
import { finalFacts, heldFacts } from '../../../lambda/core/audit/entry.ts';
import { createLedger } from '../../../lambda/ledger/create-ledger.ts';
import { finalRecord, heldRecord } from '../../support/audit-records.ts';
import { budget, scope, usd } from '../../support/ledger-world.ts';
import { LossyStore } from '../../support/lossy-store.ts';
import { Dice } from '../../support/virtual-clock.ts';
import { spread } from '../stats.ts';

const SCOPES = [
  scope('account', budget('day', 1e15), budget('month', 1e16)),
  scope('team:search', budget('month', 1e15)),
  scope('app:search/web', budget('day', 1e15)),
];
const ROUNDS = 9;
const REQUESTS = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
const sqlite = openSqliteLedger(join(folder));
const traced = new LossyStore(sqlite.store, new Dice(1), 0);
const ids = createIds();
const deps = {
  clock: systemClock,
  ids,
  random: systemRandom,
  environment: ids.next(systemClock.now()),
  admitMs: 2_000,
  longestRequestMs: 600_000,
};
const ledger = createLedger({ ...deps, store: sqlite.store });
const facts = { held: heldFacts(heldRecord()), final: finalFacts(finalRecord()) };

const rows = await sizes();
const bare = openBare();
const insert = bare.prepare('INSERT INTO items (pk, sk, gx, exp, item) VALUES (?, ?, NULL, NULL, ?)');
const upsert = bare.prepare(`
  INSERT INTO items (pk, sk, gx, exp, item) VALUES (?, ?, NULL, NULL, ?)
  ON CONFLICT DO UPDATE SET gx = excluded.gx, exp = excluded.exp, item = excluded.item`);
const update = bare.prepare('UPDATE items SET item = ? WHERE pk = ? AND sk = ?');
const begin = bare.prepare('BEGIN IMMEDIATE');
const commit = bare.prepare('COMMIT');
let written = 0;

console.log(
  `rows: counter ${rows.counter.length} bytes, held ${rows.held.length}, final ${rows.final.length}`,
);
for (const parallel of [1, 64]) {
  const ours: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const floor = await cpu(async () => bareRequests(parallel));
    const own = await cpu(() => requests(parallel));
    // The first one warms up.
    if (round === 0) continue;
    floors.push(floor);
    ours.push(own);
  }
  const ratio = spread(ours.map((own, index) => own / (floors[index] ?? Number.NaN)));
  console.log(
    [
      `${String(parallel).padStart(2)} at a time: admit and settle ${shown(ours)}`,
      `bare SQLite ${shown(floors)} µs CPU per request`,
      `${ratio?.median.toFixed(2)} times (${ratio?.low.toFixed(2)} to ${ratio?.high.toFixed(2)} in ${ROUNDS} rounds)`,
    ].join(', '),
  );
}
sqlite.close();
bare.close();
rmSync(folder, { recursive: true });

/** One request of a ledger of its own, to see how large its rows are. */
async function sizes() {
  const one = createLedger({ ...deps, store: traced, environment: ids.next(systemClock.now()) });
  const text = async (prefix: string) => {
    const item = (await traced.items()).find(({ pk, sk }) => `${pk} ${sk}`.startsWith(prefix));
    const { pk: _, sk: __, ...rest } = item ?? { pk: '', sk: '' };
    return encodeItem(rest);
  };
  const answer = await one.admit(request('sizes'));
  if (answer.type !== 'admitted') throw new Error(answer.type);
  const entry = (await traced.items()).find(({ sk }) => sk.startsWith('E#'));
  const held = await text(`${entry?.pk} ${entry?.sk}`);
  await one.settle(answer.reservation, { cost: usd(7_345), outcome: 'ok', tokens: 15, facts: facts.final });
  const final = await text(`${entry?.pk} ${entry?.sk}`);
  const counter = await text('S#account');
  await one.close();
  return { held, final, counter };
}

function request(requestId: string) {
  return {
    requestId,
    scopes: SCOPES,
    number: 0,
    estimate: usd(12_345),
    tokens: 500,
    facts: facts.held,
  };
}

async function requests(parallel: number): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let count = 0; count < REQUESTS / parallel; count++) {
      const answer = await ledger.admit(request(ids.next(systemClock.now())));
      if (answer.type !== 'admitted') throw new Error(answer.type);
      const final = { cost: usd(7_345), outcome: 'ok', tokens: 15, facts: facts.final };
      const { type } = await ledger.settle(answer.reservation, final);
      if (type !== 'settled') throw new Error(type);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** As many requests share a transaction as the ledger commits at once. */
function bareRequests(parallel: number): void {
  for (let count = 0; count < REQUESTS / parallel; count++) {
    const first = written;
    begin.run();
    for (let index = 0; index < parallel; index++) {
      for (const { scope } of SCOPES) upsert.run(`S#${scope}`, 'C', rows.counter);
      insert.run('J#bare.0.0', `E#${String(written).padStart(9, '0')}`, rows.held);
      written += 1;
    }
    commit.run();
    begin.run();
    for (let index = 0; index < parallel; index++) {
      for (const { scope } of SCOPES) update.run(rows.counter, `S#${scope}`, 'C');
      update.run(rows.final, 'J#bare.0.0', `E#${String(first + index).padStart(9, '0')}`);
    }
    commit.run();
  }
}

function openBare(): DatabaseSync {
  const db = new DatabaseSync(join(folder, 'bare.db'));
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY');
  db.exec(`
    CREATE TABLE items (
      id INTEGER PRIMARY KEY, pk TEXT NOT NULL, sk TEXT NOT NULL, gx TEXT, exp INTEGER, item TEXT NOT NULL,
      UNIQUE (pk, sk)
    )`);
  return db;
}

/** Microseconds of CPU per request. */
async function cpu(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS;
}

function shown(values: readonly number[]): string {
  const all = spread(values);
  return `${all?.median.toFixed(0)} (${all?.low.toFixed(0)} to ${all?.high.toFixed(0)})`;
}
