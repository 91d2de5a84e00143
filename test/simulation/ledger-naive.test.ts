import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compare, whoAdmits } from '../support/ledger-designs.ts';

const AT_ONCE = { requests: 1_000, room: 100, overMs: 0, callMs: 2_000 } as const;
const SPREAD = { ...AT_ONCE, overMs: 20_000 } as const;

test('a ledger that checks before and charges after the call lets all of 1,000 pass where 100 have room', async () => {
  const { admitted, spent } = await compare('check_then_charge', { ...AT_ONCE, processes: 1, lost: 0 });
  assert.deepEqual({ admitted, spent }, { admitted: 1_000, spent: 1_000 });
});

test('it overspends as well when the same requests come over twenty seconds', async () => {
  const { admitted, spent } = await compare('check_then_charge', { ...SPREAD, processes: 1, lost: 0 });
  assert.ok(admitted > 150 && admitted < 300, `${admitted} admitted`);
  assert.equal(spent, admitted);
});

test('a ledger in the memory of each process has as many budgets as processes', async () => {
  assert.equal((await compare('own_memory', { ...AT_ONCE, processes: 1, lost: 0 })).admitted, 100);
  assert.equal((await compare('own_memory', { ...AT_ONCE, processes: 5, lost: 0 })).admitted, 500);
});

test('additions that are repeated when no answer came charge twice, and the room is never given back', async () => {
  const { admitted, spent } = await compare('blind_retry', { ...AT_ONCE, processes: 5, lost: 0.1 });
  assert.ok(admitted < 100, `${admitted} admitted`);
  assert.notEqual(spent, admitted, 'the counter says something else than what the calls cost');
});

for (const [processes, lost] of [
  [1, 0],
  [5, 0],
  [5, 0.1],
] as const) {
  for (const load of [AT_ONCE, SPREAD]) {
    const title = `${processes} process(es), ${lost * 100} % of answers lost, over ${load.overMs / 1000} s`;
    test(`the ledger lets exactly 100 pass: ${title}`, async () => {
      const { admitted, spent } = await compare('tollgate', { ...load, processes, lost });
      assert.deepEqual({ admitted, spent }, { admitted: 100, spent: 100 });
    });
  }
}

test('the guide shows the table that the script prints', async () => {
  const guide = readFileSync('docs/guides/why-exact.md', 'utf8');
  assert.ok(guide.includes(await whoAdmits()), await whoAdmits());
});
