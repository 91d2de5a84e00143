import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MUTANTS } from '../support/ledger-mutants.ts';
import { simulate, type Tally } from '../support/ledger-simulation.ts';

/** Schedules of one run. A nightly run sets far more; one failing seed is run alone with TOLLGATE_SEED. */
const RUNS = Number(process.env['TOLLGATE_RUNS'] ?? 500);
const FIRST = Number(process.env['TOLLGATE_SEED'] ?? 1);
const COUNT = process.env['TOLLGATE_SEED'] === undefined ? RUNS : 1;

/** Schedules within which every planted fault has to be found. */
const MUTANT_RUNS = 1_500;

test(`no seed of ${COUNT} breaks a promise of the ledger`, async (t) => {
  const sum: Record<keyof Tally, number> = {
    commits: 0,
    admitted: 0,
    refused: 0,
    unavailable: 0,
    late: 0,
    kills: 0,
    abandoned: 0,
  };
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const { problem, tally } = await simulate(seed);
    assert.equal(problem, undefined, `TOLLGATE_SEED=${seed}: ${problem}`);
    for (const [name, count] of Object.entries(tally)) sum[name as keyof Tally] += count;
  }
  t.diagnostic(JSON.stringify(sum));
  if (COUNT < 200) return;
  for (const [name, count] of Object.entries(sum))
    assert.ok(count > 0, `the schedules never had any ${name}`);
});

test('a seed replays the same run', async () => {
  assert.deepEqual(await simulate(7), await simulate(7));
});

for (const [name, mutate] of Object.entries(MUTANTS)) {
  test(`the simulation finds ${name}`, async (t) => {
    for (let seed = 1; seed <= MUTANT_RUNS; seed++) {
      const { problem } = await simulate(seed, mutate);
      if (problem === undefined) continue;
      t.diagnostic(`seed ${seed}: ${problem}`);
      return;
    }
    assert.fail(`it lived through ${MUTANT_RUNS} schedules`);
  });
}
