import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explain, findEntry, nowSentence } from '../../../../lambda/ledger/operate/explain.ts';
import { setLimit } from '../../../../lambda/ledger/operate/overrides.ts';
import { showScope } from '../../../../lambda/ledger/operate/show.ts';
import { LIMITS, NOON, operatorWorld } from '../../../support/operator.ts';

const BUDGET = {
  scope: 'team:ads',
  budget: 'day',
  reason: 'exceeded',
  limit_usd: '10',
  estimate_usd: '0.5',
  spent_usd: '9.7',
  held_usd: '0.1',
  resets_at: '2026-11-25T00:00:00.000Z',
};

function row(refusedBy: object | null, change: object = {}) {
  return {
    request_id: 'r1',
    outcome: 'refused',
    error_code: 'budget_exceeded',
    refused_by: refusedBy === null ? null : JSON.stringify(refusedBy),
    ...change,
  };
}

describe('explaining a refusal', () => {
  test('by a budget names budget, scope and all figures', () => {
    const { sentence, scope, limit, refused } = explain(row(BUDGET));
    assert.equal(
      sentence,
      'the day budget of team:ads ($10) had $9.7 spent and $0.1 held by running calls, and the call could cost $0.5; it was to reset at 2026-11-25T00:00:00.000Z',
    );
    assert.deepEqual([scope, limit, refused], ['team:ads', 'day', true]);
  });

  test('of a call that can never fit says so', () => {
    assert.equal(
      explain(row({ ...BUDGET, reason: 'never_fits', estimate_usd: '12' })).sentence,
      'the call could cost $12, more than all of the day budget of team:ads ($10)',
    );
  });

  test('by a rate names the rate', () => {
    const facts = {
      scope: 'team:search',
      limit: 600,
      of: 'requests',
      reason: 'exceeded',
      needed: 1,
      burst: 600,
    };
    assert.equal(
      explain(row(facts, { error_code: 'rate_limit_exceeded' })).sentence,
      'the 600 requests a minute of team:search had no room for 1 more',
    );
    assert.equal(
      explain(row({ ...facts, of: 'tokens', reason: 'never_fits', needed: 900 })).sentence,
      'the call needs 900 of the 600 tokens a minute of team:search, and at most 600 fit at once',
    );
    assert.equal(
      explain(row({ ...facts, limit: 0, reason: 'never_fits', burst: 1 })).sentence,
      'the 0 requests a minute of team:search allow no call at all',
    );
    assert.equal(
      explain(row({ ...facts, of: 'parallel', limit: 3 })).sentence,
      'the 3 parallel requests of team:search had no room for 1 more',
    );
  });

  test('by a stop names who and why; by another rule lists its facts', () => {
    const stop = {
      rule: 'stopped',
      kind: 'model',
      name: 'gpt-5.2',
      who: 'alice',
      why: 'runaway',
      until: null,
    };
    assert.equal(
      explain(row(stop, { error_code: 'stopped' })).sentence,
      'the model gpt-5.2 was stopped by alice, until it is enabled: runaway',
    );
    assert.equal(
      explain(row({ rule: 'guard', class: 'card' }, { error_code: 'guard_blocked' })).sentence,
      'it was refused as guard_blocked: rule guard, class card',
    );
    assert.equal(
      explain(row(null, { error_code: 'model_unpriced' })).sentence,
      'it was refused as model_unpriced',
    );
  });

  test('that was none says how the request ended, and which observed limits it passed', () => {
    const fine = explain(row(null, { outcome: 'ok', error_code: null, would_refuse: '["team:search day"]' }));
    assert.equal(fine.sentence, 'it was not refused: it ended as ok');
    assert.deepEqual([fine.refused, fine.wouldRefuse], [false, ['team:search day']]);
    assert.equal(
      explain(row(null, { outcome: 'upstream_error', error_code: 'upstream_error' })).sentence,
      'it was not refused by a rule; it ended as upstream_error (upstream_error)',
    );
  });

  test('bears a row that was cut', () => {
    const { facts, wouldRefuse } = explain(row(null, { refused_by: '{"scope":', would_refuse: 'x' }));
    assert.deepEqual([facts, wouldRefuse], [{}, []]);
  });
});

describe('what is so now', () => {
  const now = async (facts: object) => {
    const world = operatorWorld();
    await world.counter('team:ads', 0, {
      'day.id': '2026-11-24',
      'day.used': 9_600_000_000n,
      'day.spent': 9_500_000_000n,
    });
    const explanation = explain(row(facts));
    const report =
      explanation.scope === undefined
        ? undefined
        : await showScope(world.store, LIMITS, explanation.scope, NOON, undefined);
    return nowSentence(explanation, report);
  };

  test('says whether the same call would fit', async () => {
    assert.equal(
      await now(BUDGET),
      'limit $10, $9.5 spent, $0.1 held, $0.4 left; the same call would not fit',
    );
    assert.match((await now({ ...BUDGET, estimate_usd: '0.4' })) ?? '', /the same call would fit$/);
    assert.equal(
      await now({ scope: 'team:search', limit: 1, of: 'requests', reason: 'exceeded', needed: 1, burst: 1 }),
      'limit 600 a minute, 600 left; the same call would fit',
    );
  });

  test('says that nothing fits a rate that an operator has set to 0', async () => {
    const world = operatorWorld();
    const order = { scope: 'team:search', limit: 'requests', value: '0', who: 'alice', why: 'w' };
    await setLimit(world.ports, LIMITS, { ...order, until: undefined });
    const facts = {
      scope: 'team:search',
      limit: 0,
      of: 'requests',
      reason: 'never_fits',
      needed: 1,
      burst: 1,
    };
    const report = await showScope(world.store, LIMITS, 'team:search', NOON, undefined);
    assert.equal(
      nowSentence(explain(row(facts)), report),
      'limit 0 a minute (set by alice), 0 left; the same call would not fit',
    );
  });

  test('says by how much a lowered limit is passed', async () => {
    const world = operatorWorld();
    const order = { scope: 'team:ads', limit: 'day', value: '9', who: 'alice', why: 'w', until: undefined };
    await setLimit(world.ports, LIMITS, order);
    const used = { 'day.id': '2026-11-24', 'day.used': 9_600_000_000n, 'day.spent': 9_500_000_000n };
    await world.counter('team:ads', 0, used);
    assert.equal(
      nowSentence(explain(row(BUDGET)), await showScope(world.store, LIMITS, 'team:ads', NOON, undefined)),
      'limit $9 (set by alice), $9.5 spent, $0.1 held, $0.6 over; the same call would not fit',
    );
  });

  test('says that a limit is gone, and nothing where no limit refused', async () => {
    assert.equal(
      await now({ ...BUDGET, budget: 'week' }),
      'the limits in force have no week for team:ads any more',
    );
    assert.equal(await now({ rule: 'guard' }), undefined);
  });
});

test('the entry of a request is found in the open journals', async () => {
  const world = operatorWorld();
  await world.journal('J#a', [{ st: 'F', rid: 'r1', outcome: 'refused' }]);
  await world.journal('J#b', [
    { st: 'HELD', rid: 'r2' },
    { st: 'OPEN', rid: 'lease' },
  ]);
  assert.equal((await findEntry(world.store, 'r1'))?.['outcome'], 'refused');
  assert.equal((await findEntry(world.store, 'r2'))?.['st'], 'HELD');
  assert.equal(await findEntry(world.store, 'lease'), undefined);
});
