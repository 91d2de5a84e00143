import { show } from '../../support/ledger-world.ts';
import { type Book, number } from './books.ts';
import type { Oracle } from './oracle.ts';
import type { Stored } from './store.ts';

/** A counter is what its entries and leases add up to, in all and in each window that it still knows. */
export function checkConservation(oracle: Oracle, book: Book): void {
  const counter = oracle.store.find({ pk: book.pk, sk: 'C' });
  const same = (what: string, counted: unknown, sum: bigint) => {
    oracle.expect(
      number(counted) === sum,
      () => `${book.pk} ${what}: the counter says ${counted}, the entries ${sum}`,
    );
  };
  same('used', counter?.['tu'], book.total.used);
  same('settled', counter?.['s'], book.total.spent);
  same('running', counter?.['pl'], BigInt(book.running));
  same('open leases', counter?.['ol'], BigInt(book.leases));
  oracle.expect(
    number(counter?.['s']) <= number(counter?.['tu']),
    () => `more settled than used: ${show(counter)}`,
  );
  if (counter === undefined) return;
  for (const id of oracle.rulebook.budgets(book.scope)) {
    const window = counter[`${id}.id`];
    if (window === undefined) continue;
    const sum = book.windows.get(`${id} ${window}`);
    same(`${id} used`, counter[`${id}.used`], sum?.used ?? 0n);
    same(`${id} settled`, counter[`${id}.spent`], sum?.spent ?? 0n);
    const last = counter[`${id}.prev`];
    if (last === undefined) continue;
    const before = book.windows.get(`${id} ${last}`);
    same(`${id} used before`, counter[`${id}.prevUsed`], before?.used ?? 0n);
    same(`${id} settled before`, counter[`${id}.prevSpent`], before?.spent ?? 0n);
  }
}

const NEVER_FALL = ['s', 'q', 'cv', 'cn'];

/** What only grows: settled cost, requests, versions and windows. */
export function checkForward(oracle: Oracle, before: Stored | undefined, after: Stored): void {
  if (before === undefined) return;
  for (const attr of NEVER_FALL) {
    oracle.expect(
      number(before[attr]) <= number(after[attr]),
      () => `${attr} fell: ${show(before)} ${show(after)}`,
    );
  }
  for (const id of oracle.rulebook.budgets(after.pk.slice(after.pk.indexOf('#') + 1))) {
    for (const attr of [`${id}.id`, `${id}.prev`]) {
      const [was, is] = [before[attr], after[attr]];
      if (was === undefined || was === is) continue;
      if (attr.endsWith('.id')) oracle.tally.rolls += 1;
      oracle.expect(String(is) > String(was), () => `a window went back: ${show(before)} ${show(after)}`);
    }
  }
}
