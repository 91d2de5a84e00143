import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FinalRecord, RefusedBy } from '../../../../lambda/core/audit/records.ts';
import { packWide } from '../../../../lambda/core/audit/wide.ts';
import { refusalOf } from '../../../../lambda/jobs/alerts/refusals.ts';
import type { Item } from '../../../../lambda/ports/ledger-store.ts';

const FACTS: RefusedBy = {
  scope: 'team:search',
  budget: 'day',
  reason: 'exceeded',
  limit_usd: '1',
  estimate_usd: '0.05',
  spent_usd: '0.99',
  held_usd: '0',
  resets_at: '2026-11-25T00:00:00.000Z',
};

function entry(facts: RefusedBy, more: Item = {}): Item {
  const wide = packWide({ attempts: [], warnings: [], refusedBy: facts } as unknown as FinalRecord);
  return { st: 'F', ec: 'budget_exceeded', ...(wide === undefined ? {} : { w: wide }), ...more };
}

describe('a budget refusal', () => {
  it('reaches the mark of 100 % of the window that it names, although less is spent', () => {
    assert.deepEqual(refusalOf(entry(FACTS)), {
      scope: 'team:search',
      budgetId: 'day',
      window: '2026-11-24',
      mark: 100,
      spent: 990_000_000n,
      limit: 1_000_000_000n,
      soft: undefined,
      refused: true,
    });
  });

  it('finds the window of a budget in a zone, of a month and of a total', () => {
    const window = (budget: string, resets_at: string | null) =>
      refusalOf(entry({ ...FACTS, budget, resets_at }))?.window;
    assert.equal(window('day@Europe/Berlin', '2026-11-24T23:00:00.000Z'), '2026-11-24');
    assert.equal(window('month', '2026-12-01T00:00:00.000Z'), '2026-11');
    assert.equal(window('week', '2026-11-30T00:00:00.000Z'), '2026-11-23');
    assert.equal(window('total', null), 'total');
  });

  it('of a budget that is spent whole is no more than that', () => {
    assert.equal(refusalOf(entry({ ...FACTS, spent_usd: '1' }))?.refused, false);
  });

  it('for a call that never fits, or for room that is only held, is none', () => {
    assert.equal(refusalOf(entry({ ...FACTS, reason: 'never_fits' })), undefined);
    assert.equal(refusalOf(entry({ ...FACTS, reason: 'held' })), undefined);
    assert.equal(refusalOf(entry(FACTS, { ec: 'rate_limit_exceeded' })), undefined);
    assert.equal(refusalOf(entry(FACTS, { st: 'HELD' })), undefined);
  });

  it('with facts that another version wrote is left out', () => {
    assert.equal(refusalOf({ st: 'F', ec: 'budget_exceeded' }), undefined);
    for (const broken of [
      { budget: 'fortnight' },
      { budget: 'day@Mars/Base' },
      { limit_usd: 'x' },
      { resets_at: null },
    ]) {
      assert.equal(refusalOf(entry({ ...FACTS, ...broken })), undefined, JSON.stringify(broken));
    }
  });
});
