import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { systemClock } from '../../lambda/adapters/node/clock.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import { addUp, checkAtRest } from '../support/ledger-books.ts';
import { stampede } from '../support/ledger-stampede.ts';
import { budget, scope } from '../support/ledger-world.ts';
import { LossyStore } from '../support/lossy-store.ts';
import { type Disposable, onStore } from '../support/store-steps.ts';
import { CountingIds, Dice } from '../support/virtual-clock.ts';

const REQUESTS = 1_000;
const COST = 10;
const ROOM = 100;
const wide = scope('app:a/b', budget('total', 1_000_000));
const team = scope('team:a', budget('day', ROOM * COST));
const user = scope('user:u', budget('month', ROOM * COST));

/** A thousand requests at a time where a hundred have room, against a store of any kind. */
export function ledgerStampedes(
  name: string,
  open: () => Promise<Disposable>,
  /** Share of the answers that this loses; a store that loses some by itself takes none. */
  shares: readonly number[] = [0, 0.1],
): void {
  describe(`1,000 requests at once with room for 100, on ${name}`, () => {
    for (const share of shares) {
      const lossy = share === 0 ? '' : `, with ${share * 100} % of the answers lost`;
      onStore(open, `100 pass one limiting scope${lossy}`, (store) => run(store, [wide, team], share));
      onStore(open, `100 pass two limiting scopes${lossy}`, (store) => run(store, [team, wide, user], share));
    }
  });
}

async function run(
  store: Disposable['store'],
  scopes: readonly (typeof team)[],
  share: number,
): Promise<void> {
  const dice = new Dice(1);
  const lossy = new LossyStore(store, dice, share);
  const ledger = createLedger({
    store: lossy,
    clock: systemClock,
    ids: new CountingIds(),
    random: dice,
    environment: 'env',
    admitMs: 60_000,
    longestRequestMs: 600_000,
  });
  const all = Promise.withResolvers<void>();
  const { admitted, refused, unavailable } = await stampede({
    ledgers: [ledger],
    scopes,
    requests: REQUESTS,
    cost: COST,
    answered: (count) => {
      if (count === REQUESTS) all.resolve();
    },
    call: () => all.promise,
  });
  await ledger.close();
  // Eight tries in a row may fail where many writers meet; such a request is admitted no more than a refused one.
  assert.equal(admitted, ROOM);
  assert.equal(admitted + refused + unavailable, REQUESTS);
  assert.ok(unavailable < REQUESTS / 20, `${unavailable} of ${REQUESTS} got no answer`);
  assert.ok(share === 0 || lossy.lost > 20, `${lossy.lost} answers lost`);
  const books = addUp(await lossy.items());
  checkAtRest(books);
  for (const each of scopes) assert.equal(books.counters.get(each.scope)?.used, BigInt(ROOM * COST));
}
