import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLedger } from '../../../lambda/ledger/create-ledger.ts';
import { Slots } from '../../../lambda/ledger/slots.ts';
import { FaultyStore, NO_FAULTS, Process } from '../../support/ledger-faults.ts';
import { admitted, asks, NOON, numberOf, ScriptedStore } from '../../support/ledger-world.ts';
import { CountingIds, Dice, VirtualTime, virtualClock } from '../../support/virtual-clock.ts';

function exhausted(): { time: VirtualTime; slots: Slots; taken: NonNullable<ReturnType<Slots['take']>>[] } {
  const time = new VirtualTime(NOON);
  const slots = new Slots(virtualClock(time));
  const taken = Array.from({ length: 64 }, () => slots.take()!);
  return { time, slots, taken };
}

test('the slot used last is used first, so that a quiet process keeps one journal', () => {
  const slots = new Slots(virtualClock(new VirtualTime(NOON)));
  const [first, second] = [slots.take()!, slots.take()!];
  assert.notEqual(first.index, second.index);
  slots.release(second);
  slots.release(first);
  assert.equal(slots.take(), first);
});

test('there are at most 64 slots, and who waits gets the next one in order', async () => {
  const { time, slots, taken } = exhausted();
  assert.equal(slots.take(), undefined);
  const order: string[] = [];
  const waits = ['a', 'b'].map((name) =>
    slots.wait(1_000).then((slot) => order.push(`${name}${slot?.index}`)),
  );
  slots.release(taken[5]!);
  slots.release(taken[3]!);
  await time.finish(Promise.all(waits));
  assert.deepEqual(order, ['a5', 'b3']);
});

test('who has waited long enough goes without, and the slot goes to the next', async () => {
  const { time, slots, taken } = exhausted();
  const early = slots.wait(10);
  const patient = slots.wait(1_000);
  assert.equal(await time.finish(early), undefined);
  slots.release(taken[0]!);
  assert.equal(await time.finish(patient), taken[0]);
});

test('closing sends everyone away', async () => {
  const { time, slots } = exhausted();
  const waiting = slots.wait(1_000);
  slots.close();
  assert.equal(await time.finish(waiting), undefined);
  assert.equal(slots.take(), undefined);
  assert.equal(await slots.wait(1_000), undefined);
});

test('parallel requests on a slow store do not wait for each other, and held requests keep no slot', async () => {
  const time = new VirtualTime(NOON);
  const process = new Process(time, 'env', 0);
  const store = new ScriptedStore();
  const ledger = createLedger({
    store: new FaultyStore(process, store, new Dice(1), NO_FAULTS),
    clock: process.clock(),
    ids: new CountingIds(),
    random: new Dice(1),
    environment: 'env',
    admitMs: 2_000,
    longestRequestMs: 600_000,
  });
  const admit = (requestId: string) => ledger.admit(asks(requestId, 0, []));
  await time.finish(Promise.all(Array.from({ length: 50 }, (_, index) => admit(`a${index}`))));
  assert.ok(time.elapsed() <= 60, `a header and an entry, ${time.elapsed()} ms`);
  const next = admitted(await time.finish(admit('b')));
  assert.equal(numberOf(next), 2, 'one journal holds several running requests');
});
