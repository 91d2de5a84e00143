import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../lambda/adapters/node/clock.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import { startDynamoFake } from '../support/dynamo-fake.ts';
import type { WireItem } from '../support/dynamo-fake-expression.ts';
import { openEmulatedStore } from '../support/dynamo-fake-store.ts';
import { budget, scope, usd } from '../support/ledger-world.ts';
import { CountingIds, Dice } from '../support/virtual-clock.ts';

const ADMISSIONS = 1_000;
const COST = 10;
const wide = scope('app:a/b', budget('total', 1_000_000));
const team = scope('team:a', budget('day', 100 * COST));
const user = scope('user:u', budget('month', 100 * COST));

test('of 1,000 admissions at once with room for 100, DynamoDB and its client let exactly 100 pass', async () => {
  const { counts, items } = await stampede(0);
  assert.deepEqual(counts, { admitted: 100, refused: 900 });
  assert.equal(held(items), 100);
});

test('the same when a tenth of the answers is lost after the write', async () => {
  const { counts, items, lost } = await stampede(0.1);
  assert.equal(counts['admitted'], 100);
  assert.equal(
    ADMISSIONS,
    Object.values(counts).reduce((a, b) => a + b),
  );
  assert.equal(held(items), 100);
  assert.ok(lost > 20, `${lost} answers lost`);
});

async function stampede(loss: number) {
  const fake = await startDynamoFake();
  const { store, close } = openEmulatedStore({ url: fake.url });
  const dice = new Dice(1);
  let lost = 0;
  fake.failWhen(() => {
    if (!dice.chance(loss)) return undefined;
    lost += 1;
    return 'lost_answer';
  });
  try {
    const ledger = createLedger({
      store,
      clock: systemClock,
      ids: new CountingIds(),
      random: dice,
      environment: 'env',
      admitMs: 30_000,
      longestRequestMs: 600_000,
    });
    const counts: Record<string, number> = {};
    const admit = async (index: number) => {
      const request = { requestId: `r${index}`, scopes: [wide, team, user], estimate: usd(COST), facts: {} };
      const { type } = await ledger.admit(request);
      counts[type] = (counts[type] ?? 0) + 1;
    };
    await Promise.all(Array.from({ length: ADMISSIONS }, (_, index) => admit(index)));
    for (const { scope: name } of [wide, team, user]) {
      assert.equal(fake.items.get(`S#${name}\nC`)?.['tu']?.N, String(100 * COST), name);
    }
    return { counts, items: fake.items, lost };
  } finally {
    await close();
    await fake.close();
  }
}

function held(items: ReadonlyMap<string, WireItem>): number {
  return [...items.values()].filter((item) => item['st']?.S === 'HELD').length;
}
