import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outsideReactions } from '../support/virtual-clock.ts';
import { KILLING_SEEDS } from './killing-seeds.ts';
import { MUTANTS } from './mutants.ts';
import { simulate } from './schedule.ts';
import { addTally, type Count, newTally } from './tally.ts';

/** Schedules of one run. `npm run simulate` runs far more; one failing seed is run alone with TOLLGATE_SEED. */
const RUNS = Number(process.env['TOLLGATE_RUNS'] ?? 400);
const FIRST = Number(process.env['TOLLGATE_SEED'] ?? 1);
const COUNT = process.env['TOLLGATE_SEED'] === undefined ? RUNS : 1;

test(`no seed of ${COUNT} breaks a promise of the ledger`, async (t) => {
  const sum = newTally();
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const { problem, tally } = await outsideReactions(() => simulate(seed));
    assert.equal(problem, undefined, `TOLLGATE_SEED=${seed}: ${problem}`);
    addTally(sum, tally);
  }
  t.diagnostic(JSON.stringify(sum));
  if (COUNT < 400) return;
  for (const name of Object.keys(sum) as Count[]) {
    assert.ok(sum[name] > 0, `the schedules never had any ${name}`);
  }
});

test('a seed replays the same run', async () => {
  const twice = [7, 7, 8].map((seed) => outsideReactions(() => simulate(seed)));
  const [first, second, other] = await Promise.all(twice);
  assert.deepEqual(first, second);
  assert.notDeepEqual(first, other);
});

test('every planted fault has a seed that is known to find it', () => {
  assert.deepEqual(Object.keys(KILLING_SEEDS).sort(), Object.keys(MUTANTS).sort());
});

for (const [name, seeds] of Object.entries(KILLING_SEEDS)) {
  test(`the simulation finds ${MUTANTS[name]?.what ?? name}`, async (t) => {
    for (const seed of seeds) {
      const { problem } = await outsideReactions(() => simulate(seed, MUTANTS[name]));
      t.diagnostic(`seed ${seed}: ${problem}`);
      if (problem !== undefined) return;
    }
    assert.fail(`none of ${seeds} finds it any more: npm run simulate -- --record --schedules 60000`);
  });
}
