import { show } from '../../support/ledger-world.ts';
import { number } from './books.ts';
import type { Oracle } from './oracle.ts';

/** When everything has stopped and was reaped, nothing is held and every counter is what its entries cost. */
export function checkAtRest(oracle: Oracle, refusedIds: readonly string[], skewMs: number): void {
  oracle.rates.intervals.check(skewMs);
  const { store } = oracle;
  for (const pk of store.partitions()) {
    for (const item of store.partition(pk)) {
      const state = item['st'];
      if (item.sk === '#') oracle.expect(item['gx'] === undefined, () => `the journal ${pk} stays open`);
      if (state === 'HELD')
        oracle.expect(false, () => `the entry of ${item['rid']} stays held: ${show(item)}`);
      if (state === 'OPEN' && item.sk !== '#')
        oracle.expect(false, () => `a lease stays open: ${show(item)}`);
      if (item.sk !== 'C') continue;
      oracle.expect(number(item['tu']) === number(item['s']), () => `a leak: ${show(item)}`);
      for (const attr of ['ol', 'pl']) {
        oracle.expect(number(item[attr]) === 0n, () => `${attr} stays: ${show(item)}`);
      }
    }
  }
  for (const rid of refusedIds) {
    const entry = oracle.entryOf(rid);
    oracle.expect(entry === undefined, () => `${rid} was refused and yet charged: ${show(entry)}`);
  }
}
