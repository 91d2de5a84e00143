import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { headOf } from '../../../../lambda/ledger/in-force.ts';
import { setLimit } from '../../../../lambda/ledger/operate/overrides.ts';
import { OperateProblem } from '../../../../lambda/ledger/operate/problem.ts';
import { disable, enable, listStops, type StopOrder } from '../../../../lambda/ledger/operate/stops.ts';
import { LIMITS, NOON, operatorWorld } from '../../../support/operator.ts';

function order(change: Partial<StopOrder> = {}): StopOrder {
  return { kind: 'model', name: 'gpt-5.2', who: 'alice', why: 'runaway job', until: undefined, ...change };
}

const refused = (part: string) => (error: unknown) =>
  error instanceof OperateProblem && error.message.includes(part);

describe('disabling', () => {
  test('stands in the head with who, why and when, until it is taken back', async () => {
    const { store, ports } = operatorWorld();
    await disable(ports, order());
    await disable(ports, order({ kind: 'app', name: 'search/web' }));
    assert.deepEqual(await listStops(store, NOON), [
      { kind: 'model', name: 'gpt-5.2', who: 'alice', why: 'runaway job', at: NOON },
      { kind: 'app', name: 'search/web', who: 'alice', why: 'runaway job', at: NOON },
    ]);
    await enable(ports, 'model', 'gpt-5.2');
    assert.deepEqual(
      (await listStops(store, NOON)).map(({ name }) => name),
      ['search/web'],
    );
    assert.equal((await headOf(store)).version, 3n);
  });

  test('ends by itself, and is then no longer listed nor taken back', async () => {
    const { store, ports, clock } = operatorWorld();
    await disable(ports, order({ until: NOON + 1000 }));
    assert.equal((await listStops(store, NOON + 999)).length, 1);
    assert.equal((await listStops(store, NOON + 1000)).length, 0);
    await clock.run(clock.sleep(1000));
    await assert.rejects(enable(ports, 'model', 'gpt-5.2'), refused('the model "gpt-5.2" is not disabled'));
    await disable(ports, order({ name: 'other' }));
    assert.deepEqual(
      (await headOf(store)).stops.map(({ name }) => name),
      ['other'],
      'what is over is swept out',
    );
  });

  test('again replaces who, why and until', async () => {
    const { store, ports } = operatorWorld();
    await disable(ports, order());
    await disable(ports, order({ who: 'bob', until: NOON + 5 }));
    const stops = await listStops(store, NOON);
    assert.deepEqual(
      stops.map(({ who, until }) => [who, until]),
      [['bob', NOON + 5]],
    );
  });

  test('tells kinds of the same name apart', async () => {
    const { store, ports } = operatorWorld();
    await disable(ports, order({ kind: 'team', name: 'x' }));
    await disable(ports, order({ kind: 'provider', name: 'x' }));
    await enable(ports, 'team', 'x');
    assert.deepEqual(
      (await listStops(store, NOON)).map(({ kind }) => kind),
      ['provider'],
    );
  });

  test('is refused without a reason, for no name, and for an app without its team', async () => {
    const { store, ports } = operatorWorld();
    await assert.rejects(disable(ports, order({ why: '' })), refused('--why is empty'));
    await assert.rejects(disable(ports, order({ name: '' })), refused('is no name of a model'));
    await assert.rejects(
      disable(ports, order({ kind: 'app', name: 'web' })),
      refused('write TEAM/NAME, such as search/web'),
    );
    assert.equal(store.items.size, 0);
  });

  test('takes so many at a time and no more', async () => {
    const { ports } = operatorWorld();
    for (let i = 0; i < 200; i++) await disable(ports, order({ name: `m${i}` }));
    await assert.rejects(
      disable(ports, order({ name: 'one-more' })),
      refused('200 things are disabled already'),
    );
    await disable(ports, order({ name: 'm7', why: 'still' }));
  });

  test('by two operators at once, and a limit by a third, all take place', async () => {
    const { store, ports, clock } = operatorWorld();
    const limit = { scope: 'team:a', limit: 'day', value: '1', who: 'c', why: 'w', until: undefined };
    await clock.run(
      Promise.all([
        disable(ports, order({ name: 'a' })),
        disable(ports, order({ name: 'b' })),
        setLimit(ports, LIMITS, limit),
      ]),
    );
    const head = await headOf(store);
    assert.deepEqual(head.stops.map(({ name }) => name).sort(), ['a', 'b']);
    assert.deepEqual(head.policies, { 'team:a': '1' });
  });
});
