import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admitted, budget, refused, scope, world } from '../../support/ledger-world.ts';

const TEAM = scope('team:a', budget('day', 40));

/** Four pools whose shares were cut while 18 of 40 were used: five each are left, and two fell between them. */
const CUT = {
  pools: 4,
  everPools: 4,
  basis: { day: '40' },
  shifts: { day: { window: '2026-11-24', by: ['13', '-5', '-5', '-5'] } },
};

test('what equal parts have left over is found by the call that needs it', async () => {
  const { store, admit } = world();
  admitted(await admit('r1', 18, TEAM));
  await store.setPolicy('team:a', CUT);
  admitted(await admit('r2', 22, TEAM));
  assert.equal(refused(await admit('r3', 1, TEAM)).kind, 'held');
});

test('a window that was overdrawn when it was split is used again as soon as there is room, and not beyond', async () => {
  const { store, admit } = world();
  admitted(await admit('r1', 18, TEAM));
  // Nobody had anything, because more than the limit was used.
  const by = ['-10', '-10', '-10', '-10'];
  await store.setPolicy('team:a', { ...CUT, shifts: { day: { window: '2026-11-24', by } } });
  admitted(await admit('r2', 20, TEAM));
  admitted(await admit('r3', 2, TEAM));
  assert.equal(refused(await admit('r4', 1, TEAM)).kind, 'held');
});
