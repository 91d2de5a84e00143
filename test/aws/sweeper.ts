import assert from 'node:assert/strict';
import { systemClock } from '../../lambda/adapters/node/clock.ts';
import { createIds } from '../../lambda/adapters/node/ids.ts';
import { LEDGER_INDEX_NAME } from '../../lambda/env.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import { counterKey, ENTRIES_FROM } from '../../lambda/ledger/items.ts';
import type { Item } from '../../lambda/ports/ledger-store.ts';
import { contended } from '../support/contended-store.ts';
import { openEmulatedStore } from '../support/dynamo-fake-store.ts';
import { admitted, budget, scope, usd } from '../support/ledger-world.ts';
import { Dice } from '../support/virtual-clock.ts';
import type { Outputs } from './deploy.ts';
import type { Emulator } from './emulator.ts';
import { invoke } from './functions.ts';
import { check } from './report.ts';

const CRASHED = scope('team:crashed', budget('month', 1_000_000));
const CALLS = 12;
const heat = { leastRequests: 1, leastRoom: 1, poolRoom: 1, settleMs: 0, pools: [1, 1, 1], leave: [0, 0, 0] };

/** The deployed sweeper, which the scheduler would start each minute. */
export async function checkSweeper(emulator: Emulator, { LedgerTable: table }: Outputs): Promise<void> {
  await check('the deployed sweeper runs and finds nothing to do', async () => {
    assert.deepEqual(await invoke(emulator, 'Sweeper'), { journals: 0, abandoned: 0 });
  });
  await check('the deployed sweeper charges what a crash left and closes its leases', async () => {
    const { store, close } = openEmulatedStore({ url: emulator.endpoint, table, index: LEDGER_INDEX_NAME });
    const journal = 'J#crashed.0.0';
    const states = async (): Promise<Item[]> => [...(await store.query(journal, ENTRIES_FROM))];
    try {
      // A process that died three hours ago, so that its journal has long ended.
      const crashed = createLedger({
        store: contended(store, new Dice(3), 0.5),
        clock: { ...systemClock, now: () => Date.now() - 3 * 3_600_000 },
        ids: createIds(),
        random: new Dice(3),
        environment: 'crashed',
        admitMs: 20_000,
        longestRequestMs: 600_000,
        heat,
      });
      for (let call = 0; call < CALLS; call++) {
        const request = { requestId: `crashed-${call}`, scopes: [CRASHED], number: 0, tokens: 0, facts: {} };
        admitted(await crashed.admit({ ...request, estimate: usd(10) }));
      }
      const leases = (await states()).filter(({ st }) => st === 'OPEN').length;
      assert.ok(leases > 0, 'a lease is open');
      assert.deepEqual(await invoke(emulator, 'Sweeper'), { journals: 1, abandoned: CALLS });
      const after = await states();
      assert.equal(after.filter(({ st, by }) => st === 'F' && by === 'reaper').length, CALLS);
      assert.equal(after.filter(({ st }) => st === 'CLOSED').length, leases);
      const counter = await store.get(counterKey(CRASHED.scope));
      const charged = BigInt(10 * CALLS);
      assert.deepEqual([counter?.['tu'], counter?.['s'], counter?.['ol']], [charged, charged, 0n]);
      assert.deepEqual(await invoke(emulator, 'Sweeper'), { journals: 0, abandoned: 0 });
    } finally {
      await close();
    }
  });
}
