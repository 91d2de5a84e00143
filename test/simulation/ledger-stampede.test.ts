import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import { type Faults, FaultyStore, NO_FAULTS, Process } from '../support/ledger-faults.ts';
import { budget, NOON, scope, usd } from '../support/ledger-world.ts';
import { CountingIds, Dice, VirtualTime } from '../support/virtual-clock.ts';
import { Oracle } from './oracle/oracle.ts';
import { Rulebook } from './oracle/rulebook.ts';
import { newTally } from './tally.ts';

const team = scope('team:a', budget('day', 1_000));
const user = scope('user:u', budget('month', 1_000));
const wide = scope('app:a/b', budget('total', 1_000_000));
const LOSSY: Faults = { ...NO_FAULTS, lostAnswer: 0.1, lateMs: 1_000 };

for (const [name, scopes] of Object.entries({
  'one limiting scope': [wide, team],
  'two limiting scopes': [team, wide, user],
})) {
  test(`of 1,000 admissions at once with room for exactly 100, 100 pass: ${name}`, async () => {
    assert.deepEqual(await stampede(scopes, NO_FAULTS, 1), { admitted: 100, refused: 900 });
  });

  test(`the same from five processes that lose a tenth of the answers: ${name}`, async () => {
    const { admitted, refused } = await stampede(scopes, LOSSY, 5);
    assert.equal(admitted, 100);
    assert.ok((refused ?? 0) > 850, `${refused} refused`);
  });
}

async function stampede(
  scopes: readonly (typeof team)[],
  faults: Faults,
  processes: number,
): Promise<Record<string, number>> {
  const time = new VirtualTime(NOON);
  const dice = new Dice(1);
  const ids = new CountingIds();
  const rulebook = new Rulebook(new Map([['', new Map(scopes.map((limits) => [limits.scope, limits]))]]));
  rulebook.numbered(1n, '');
  const oracle = new Oracle(() => time.now, rulebook, newTally());
  const ledgers = Array.from({ length: processes }, (_, index) => {
    const process = new Process(time, `env${index}`, 0);
    return createLedger({
      store: new FaultyStore(process, oracle.store, dice, faults),
      clock: process.clock(),
      ids,
      random: dice,
      environment: process.name,
      admitMs: 10_000,
      longestRequestMs: 600_000,
    });
  });
  const counts: Record<string, number> = {};
  const all = Array.from({ length: 1_000 }, async (_, index) => {
    const request = { requestId: `r${index}`, scopes, number: 1, estimate: usd(10), tokens: 0, facts: {} };
    const { type } = await ledgers[index % processes]!.admit(request);
    counts[type] = (counts[type] ?? 0) + 1;
  });
  await time.finish(Promise.all(all));
  assert.equal(oracle.problem, undefined);
  assert.equal(oracle.held(), 100);
  assert.equal(oracle.store.find({ pk: 'S#team:a', sk: 'C' })?.['day.used'], 1_000n);
  return counts;
}
