import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { headOf, policyOf } from '../../../../lambda/ledger/in-force.ts';
import { counterKey, HEAD_KEY } from '../../../../lambda/ledger/items.ts';
import { limitsOfScope } from '../../../../lambda/ledger/operate/limits-of-scope.ts';
import {
  clearLimit,
  type LimitOrder,
  listOverrides,
  setLimit,
} from '../../../../lambda/ledger/operate/overrides.ts';
import { OperateProblem } from '../../../../lambda/ledger/operate/problem.ts';
import { inForce } from '../../../../lambda/ledger/policy.ts';
import type { Op, TransactResult } from '../../../../lambda/ports/ledger-store.ts';
import { MemoryStore } from '../../../support/memory-store.ts';
import { LIMITS, NOON, operatorWorld } from '../../../support/operator.ts';

function order(change: Partial<LimitOrder> = {}): LimitOrder {
  return {
    scope: 'team:search',
    limit: 'day',
    value: '25.50',
    who: 'alice',
    why: 'launch',
    until: undefined,
    ...change,
  };
}

function refused(part: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof OperateProblem);
    assert.ok(error.message.includes(part), error.message);
    return true;
  };
}

describe('overriding a limit', () => {
  test('writes policy, head and every pool of the counter in one transaction', async () => {
    const { store, ports, policy, put } = operatorWorld();
    await policy('team:search', { version: 4n, pools: 2, everPools: 3 });
    await put(counterKey('team:search', 1), { cv: 4n, tu: 7n });
    await setLimit(ports, LIMITS, order());

    const after = await policyOf(store, 'team:search');
    assert.equal(after.version, 5n);
    assert.deepEqual([after.pools, after.everPools], [2, 3], 'what else the policy says stays');
    assert.deepEqual(after.overrides, [
      { who: 'alice', why: 'launch', at: NOON, limit: 'day', value: '25500000000' },
    ]);
    const head = await headOf(store);
    assert.equal(head.version, 1n);
    assert.deepEqual(head.policies, { 'team:search': '5' });
    for (const pool of [0, 1, 2])
      assert.equal((await store.get(counterKey('team:search', pool)))?.['cv'], 5n);
    assert.equal((await store.get(counterKey('team:search', 1)))?.['tu'], 7n);
    assert.equal(await store.get(counterKey('team:search', 3)), undefined);
  });

  test('leaves counters alone where it may not write them', async () => {
    const { store, ports } = operatorWorld();
    await setLimit({ ...ports, fence: false }, LIMITS, order());
    assert.deepEqual([...store.items.keys()].sort(), ['P#\nHEAD', 'P#team:search\nP']);
  });

  test('counts until its end, and the config counts again from then on', async () => {
    const { store, ports } = operatorWorld();
    await setLimit(ports, LIMITS, order({ until: NOON + 1000 }));
    const policy = await policyOf(store, 'team:search');
    const config = limitsOfScope(LIMITS, 'team:search')!;
    const day = (nowMs: number) =>
      inForce(config, policy, nowMs).budgets.find(({ id }) => id === 'day')!.limit;
    assert.equal(day(NOON + 999), 25_500_000_000n);
    assert.equal(day(NOON + 1000), 10_000_000_000n);
    assert.equal((await listOverrides(store, NOON + 999)).length, 1);
    assert.deepEqual(await listOverrides(store, NOON + 1000), []);
  });

  test('takes the place of a former one of the same limit, and of those that are over', async () => {
    const { store, ports, clock } = operatorWorld();
    await setLimit(ports, LIMITS, order({ value: '1' }));
    await setLimit(ports, LIMITS, order({ limit: 'tokens', value: '5', until: NOON + 1000 }));
    await setLimit(ports, LIMITS, order({ limit: 'parallel', value: '3' }));
    await clock.run(clock.sleep(2000));
    await setLimit(ports, LIMITS, order({ value: '$2' }));
    const { overrides, version } = await policyOf(store, 'team:search');
    assert.deepEqual(
      overrides.map(({ limit, value }) => [limit, value]),
      [
        ['parallel', '3'],
        ['day', '2000000000'],
      ],
    );
    assert.equal(version, 4n);
  });

  test('of a rate takes whole numbers, of a budget US dollars', async () => {
    const { ports } = operatorWorld();
    assert.equal((await setLimit(ports, LIMITS, order({ limit: 'requests', value: '0' }))).value, '0');
    assert.equal((await setLimit(ports, LIMITS, order({ value: '0.000000001' }))).value, '1');
    for (const value of ['1.5', '-1', 'many', '', '1e3', '9999999999999']) {
      await assert.rejects(
        setLimit(ports, LIMITS, order({ limit: 'tokens', value })),
        refused('is no number of tokens a minute'),
      );
    }
    await assert.rejects(
      setLimit(ports, LIMITS, order({ limit: 'parallel', value: 'x' })),
      refused('is no number of requests at a time'),
    );
    for (const value of ['0.0000000001', '-1', 'ten', '1,5']) {
      await assert.rejects(setLimit(ports, LIMITS, order({ value })), refused('is no amount of US dollars'));
    }
  });

  test('is refused for what the config does not limit, naming what it does', async () => {
    const { store, ports } = operatorWorld();
    const cases: readonly (readonly [Partial<LimitOrder>, string])[] = [
      [{ limit: 'week' }, 'has no limit "week"; it has month@Europe/Berlin, day, requests, tokens, parallel'],
      [{ scope: 'team:ads', limit: 'requests', value: '1' }, 'team:ads has no limit "requests"; it has day'],
      [{ scope: 'user:bob' }, 'no limit for user:bob'],
      [{ scope: 'team:*' }, '"team:*" gives each its own limit; name one of them, such as team:search'],
      [{ scope: 'app:*' }, 'such as app:search/web'],
      [{ scope: 'app:ads/*' }, 'such as app:ads/web'],
      [{ scope: 'nobody' }, '"nobody" is no scope'],
      [{ why: ' ' }, '--why is empty'],
      [{ who: '' }, '--who is empty'],
      [{ why: 'x'.repeat(301) }, '--why has 301 characters; at most 300'],
      [{ until: NOON }, '2026-11-24T12:00:00.000Z is past'],
    ];
    for (const [change, part] of cases) {
      await assert.rejects(setLimit(ports, LIMITS, order(change)), refused(part));
    }
    await assert.rejects(setLimit(ports, {}, order()), refused('it has limits for nothing'));
    assert.equal(store.items.size, 0, 'nothing was written');
  });

  test('can be cleared once, after which only a new version of the policy is left', async () => {
    const { store, ports } = operatorWorld();
    await setLimit(ports, LIMITS, order());
    await setLimit(ports, LIMITS, order({ limit: 'tokens', value: '7' }));
    await clearLimit(ports, 'team:search', 'day');
    const { overrides, version } = await policyOf(store, 'team:search');
    assert.deepEqual(
      overrides.map(({ limit }) => limit),
      ['tokens'],
    );
    assert.equal(version, 3n);
    assert.deepEqual((await headOf(store)).policies, { 'team:search': '3' });
    assert.equal((await store.get(counterKey('team:search')))?.['cv'], 3n);
    await assert.rejects(clearLimit(ports, 'team:search', 'day'), refused('no override of "day" holds'));
    await assert.rejects(clearLimit(ports, 'team:ads', 'day'), refused('for team:ads'));
  });

  test('lists those of all scopes, by scope', async () => {
    const { store, ports } = operatorWorld();
    await setLimit(ports, LIMITS, order());
    await setLimit(ports, LIMITS, order({ scope: 'account', limit: 'total', value: '1', who: 'bob' }));
    assert.deepEqual(
      (await listOverrides(store, NOON)).map(({ scope, limit, who }) => [scope, limit, who]),
      [
        ['account', 'total', 'bob'],
        ['team:search', 'day', 'alice'],
      ],
    );
  });
});

describe('two operators at once', () => {
  test('both change the same scope', async () => {
    const { store, ports, clock } = operatorWorld();
    await clock.run(
      Promise.all([
        setLimit(ports, LIMITS, order()),
        setLimit(ports, LIMITS, order({ limit: 'tokens', value: '9', who: 'bob' })),
      ]),
    );
    const { overrides, version } = await policyOf(store, 'team:search');
    assert.deepEqual(overrides.map(({ limit }) => limit).sort(), ['day', 'tokens']);
    assert.equal(version, 2n);
    assert.deepEqual((await headOf(store)).policies, { 'team:search': '2' });
  });

  test('each change a scope, and the head tells of both', async () => {
    const { store, ports, clock } = operatorWorld();
    const scopes = ['team:a', 'team:b', 'team:c', 'team:d'];
    await clock.run(Promise.all(scopes.map((scope) => setLimit(ports, LIMITS, order({ scope })))));
    assert.deepEqual(Object.keys((await headOf(store)).policies).sort(), scopes);
    assert.equal((await headOf(store)).version, 4n);
  });
});

/** Answers as told, some of them after the write was made. */
class AnsweringStore extends MemoryStore {
  readonly #answers: ('lost' | 'conflict' | 'away')[];
  calls = 0;

  constructor(answers: readonly ('lost' | 'conflict' | 'away')[]) {
    super();
    this.#answers = [...answers];
  }

  override async transact(ops: readonly Op[]): Promise<TransactResult> {
    this.calls += 1;
    const answer = this.#answers.shift();
    if (answer === 'conflict') return { type: 'conflict' };
    if (answer === 'away') return { type: 'unavailable', reason: 'throttled' };
    const result = await super.transact(ops);
    return answer === 'lost' ? { type: 'unknown', reason: 'no answer' } : result;
  }
}

describe('a store in trouble', () => {
  test('is asked again after a conflict', async () => {
    const { ports, clock, store } = operatorWorld(new AnsweringStore(['conflict', 'away', 'conflict']));
    await clock.run(setLimit(ports, LIMITS, order()));
    assert.equal((await policyOf(store, 'team:search')).version, 1n);
  });

  test('that lost an answer after the write is not told twice that nothing was to clear', async () => {
    const store = new AnsweringStore([]);
    const { ports, clock } = operatorWorld(store);
    await setLimit(ports, LIMITS, order());
    const losing = new AnsweringStore(['lost']);
    for (const [id, item] of store.items) losing.items.set(id, item);
    await clock.run(clearLimit({ ...ports, store: losing }, 'team:search', 'day'));
    assert.deepEqual((await policyOf(losing, 'team:search')).overrides, []);
    assert.equal(losing.calls, 1);
  });

  test('that stays away ends in an error that says whether something may have been written', async () => {
    const away = operatorWorld(new AnsweringStore(Array.from({ length: 100 }, () => 'away' as const)));
    await assert.rejects(
      away.clock.run(setLimit(away.ports, LIMITS, order())),
      refused('took no change (throttled); nothing was written: try again'),
    );
    const answers = ['lost', ...Array.from({ length: 100 }, () => 'conflict' as const)] as const;
    const doubtful = operatorWorld(new AnsweringStore(answers));
    await assert.rejects(
      doubtful.clock.run(setLimit(doubtful.ports, LIMITS, order())),
      refused('(others write there at once); it may have been written: look before you try again'),
    );
    assert.notEqual(await doubtful.store.get(HEAD_KEY), undefined);
  });

  test('takes so many scopes and no more, since every process reads their list', async () => {
    const { ports, store, put } = operatorWorld();
    const policies = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`team:t${i}`, '1']));
    await put(HEAD_KEY, { hv: 1n, d: JSON.stringify({ policies }) });
    await assert.rejects(setLimit(ports, LIMITS, order()), refused('1000 scopes have limits of their own'));
    await setLimit(ports, LIMITS, order({ scope: 'team:t7' }));
    assert.equal((await headOf(store)).policies['team:t7'], '1');
  });
});
