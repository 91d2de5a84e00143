import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Nano, toNano } from '../../../../lambda/core/money.ts';
import { crossings, type SoftOf, spendingsOf, sumOf } from '../../../../lambda/jobs/alerts/crossings.ts';
import { CENT, counter } from '../../../support/budget-counters.ts';

const noSoft: SoftOf = () => undefined;
const soft =
  (cents: number): SoftOf =>
  (): Nano =>
    toNano(BigInt(cents) * CENT);

const marks = (...args: Parameters<typeof crossings>) => crossings(...args).map(({ mark }) => mark);

describe('crossings of a counter', () => {
  it('are the marks between what was spent before and after, a mark itself included', () => {
    const at = (spent: number) => counter({ spent });
    assert.deepEqual(marks('team:search', at(0), at(49), noSoft), []);
    assert.deepEqual(marks('team:search', at(49), at(50), noSoft), [50]);
    assert.deepEqual(marks('team:search', at(50), at(79), noSoft), []);
    assert.deepEqual(marks('team:search', at(79), at(120), noSoft), [80, 100]);
    assert.deepEqual(marks('team:search', at(120), at(130), noSoft), []);
  });

  it('say scope, budget, window and amounts', () => {
    assert.deepEqual(crossings('team:search', counter({ spent: 10 }), counter({ spent: 55 }), noSoft), [
      {
        scope: 'team:search',
        budgetId: 'day',
        window: '2026-11-24',
        mark: 50,
        spent: 55n * CENT,
        limit: 100n * CENT,
        soft: undefined,
        refused: false,
      },
    ]);
  });

  it('of a counter that did not exist are all that it has reached', () => {
    assert.deepEqual(marks('team:search', undefined, counter({ spent: 85 }), noSoft), [50, 80]);
  });

  it('begin anew in a new window', () => {
    const before = counter({ spent: 90 });
    assert.deepEqual(
      marks('team:search', before, counter({ window: '2026-11-25', spent: 60 }), noSoft),
      [50],
    );
  });

  it('count a limit that was lowered below what is spent', () => {
    const before = counter({ spent: 60 });
    assert.deepEqual(marks('team:search', before, counter({ spent: 60, limit: 70 }), noSoft), [80]);
  });

  it('of a total count all that was ever spent', () => {
    const total = (cents: number) => ({ s: BigInt(cents) * CENT, 'total.lim': 100n * CENT });
    const found = crossings('account', total(40), total(80), noSoft);
    assert.deepEqual(
      found.map(({ budgetId, window, mark }) => [budgetId, window, mark]),
      [
        ['total', 'total', 50],
        ['total', 'total', 80],
      ],
    );
  });

  it('pass a soft limit above it, not at it', () => {
    assert.deepEqual(marks('team:search', counter({ spent: 20 }), counter({ spent: 30 }), soft(30)), []);
    const [found] = crossings('team:search', counter({ spent: 30 }), counter({ spent: 31 }), soft(30));
    assert.equal(found?.mark, 'soft');
    assert.equal(found?.soft, 30n * CENT);
  });

  it('of a limit of 0 need something spent', () => {
    assert.deepEqual(marks('team:search', undefined, counter({ limit: 0 }), noSoft), []);
    assert.deepEqual(
      marks('team:search', counter({ spent: 5 }), counter({ spent: 5, limit: 0 }), noSoft),
      [50, 80, 100],
    );
  });

  it('know no budget without a limit, and no window of one that was never charged', () => {
    assert.deepEqual(spendingsOf({ 'day.id': '2026-11-24', 'day.spent': 5n }), []);
    assert.deepEqual(spendingsOf({ 'day.lim': 5n }), []);
  });

  it('leave budgets of other zones apart', () => {
    const more = {
      'day@Europe/Berlin.id': '2026-11-24',
      'day@Europe/Berlin.spent': 9n,
      'day@Europe/Berlin.lim': 10n,
    };
    const found = crossings(
      'team:search',
      counter({ more: { ...more, 'day@Europe/Berlin.spent': 0n } }),
      counter({ more }),
      noSoft,
    );
    assert.deepEqual(
      found.map(({ budgetId, mark }) => [budgetId, mark]),
      [
        ['day@Europe/Berlin', 50],
        ['day@Europe/Berlin', 80],
      ],
    );
  });
});

describe('the sum over the counters of a split scope', () => {
  it('adds up those in the newest window, in any order', () => {
    const items = [
      counter({ spent: 30 }),
      counter({ pool: 1, spent: 99, window: '2026-11-23' }),
      counter({ pool: 2, spent: 25 }),
    ];
    for (const order of [items, items.toReversed(), [items[1]!, items[0]!, items[2]!]]) {
      const [sum] = sumOf(order);
      assert.equal(sum?.window, '2026-11-24');
      assert.equal(sum?.spent, 55n * CENT);
    }
  });

  it('takes the limit that the newest policy has applied', () => {
    const items = [
      counter({ limit: 100, more: { cv: 3n } }),
      counter({ pool: 1, limit: 200, more: { cv: 4n } }),
    ];
    assert.equal(sumOf(items)[0]?.limit, 200n * CENT);
    assert.equal(sumOf(items.toReversed())[0]?.limit, 200n * CENT);
  });

  it('adds up a total', () => {
    const pool = (cents: number) => ({ s: BigInt(cents) * CENT, 'total.lim': 100n * CENT });
    assert.equal(sumOf([pool(20), pool(40)])[0]?.spent, 60n * CENT);
  });
});
