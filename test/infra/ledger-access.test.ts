import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Template } from 'aws-cdk-lib/assertions';
import { limitsHash } from '../../lambda/core/config/hash.ts';
import type { LedgerDeps } from '../../lambda/ledger/context.ts';
import { createLimitsBook } from '../../lambda/ledger/create-limits-book.ts';
import { contended } from '../support/contended-store.ts';
import { type Access, noting } from '../support/ledger-access.ts';
import { admitted, budget, cost, scope, usd, world } from '../support/ledger-world.ts';
import { Dice } from '../support/virtual-clock.ts';
import { templates } from './deployment.ts';
import { list, statements } from './statements.ts';

type Grant = readonly [actions: string[], keys: unknown];

const TEAM = scope('team:search', budget('day', 100_000));

/** Every second transaction meets another one, and a few of those make a scope hot. */
const heat = { leastRequests: 1, leastRoom: 1, poolRoom: 1, settleMs: 0, pools: [1, 1, 4], leave: [0, 0, 0] };

/** What a gateway does with the ledger's table, all kinds of it: charges, leases, pools, outages, configs. */
async function gatewayAccesses(): Promise<Access[]> {
  const accesses: Access[] = [];
  const { store, clock, another } = world();
  const noted = noting(contended(store, new Dice(7), 0.5), accesses);
  const limits = { budgets: [{ scope: 'team:search', limit_usd: '0.0001', window: 'day' as const }] };
  const own = { limits, hash: limitsHash(limits), line: 'gateway', count: 1 };
  await createLimitsBook({ store: noted, clock, own, refreshMs: 0 }).refresh();
  const deps: Partial<LedgerDeps> = { store: noted, heat };
  const ledgers = [another('a', deps), another('b', deps)];
  for (let call = 0; call < 40; call++) {
    const ledger = ledgers[call % 2]!;
    const request = {
      requestId: `r${call}`,
      scopes: [TEAM],
      estimate: usd(10),
      number: 1,
      tokens: 0,
      facts: {},
    };
    const reservation = admitted(await ledger.admit(request));
    await ledger.topUp(reservation, usd(5));
    await ledger.settle(reservation, cost(12));
    clock.time += 1_000;
  }
  await ledgers[0]!.record('refused', cost(0, 'refused'));
  await ledgers[0]!.post({ requestId: 'later', scopes: [TEAM], ...cost(20) });
  return accesses;
}

/** What a sweeper does after processes have died with running calls and leases. */
async function sweeperAccesses(): Promise<Access[]> {
  const accesses: Access[] = [];
  const { store, clock, another } = world();
  const dying = another('dying', { store: contended(store, new Dice(7), 0.5), heat });
  for (let call = 0; call < 20; call++) {
    const request = {
      requestId: `r${call}`,
      scopes: [TEAM],
      estimate: usd(10),
      number: 1,
      tokens: 0,
      facts: {},
    };
    admitted(await dying.admit(request));
    clock.time += 1_000;
  }
  assert.ok(
    store.entries().some(({ st }) => st === 'OPEN'),
    'a lease is open',
  );
  clock.time += 3_600_000;
  const { abandoned } = await another('sweeper', { store: noting(store, accesses) }).reap(clock.now());
  assert.equal(abandoned, 20);
  return accesses;
}

const matches = (pattern: string, key: string) =>
  pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;

/** Each access is granted, and each grant is used. */
function checkGrants(grants: readonly Grant[], accesses: readonly Access[]): void {
  const patterns = grants.flatMap(([actions, keys]) =>
    actions.flatMap((action) => (keys as string[]).map((key) => ({ action, key, used: 0 }))),
  );
  for (const { action, key } of accesses) {
    const found = patterns.find((each) => each.action === action && matches(each.key, key));
    assert.ok(found, `${action} on ${key} is granted`);
    found.used += 1;
  }
  assert.deepEqual(
    patterns.filter(({ used }) => used === 0),
    [],
    'nothing is granted that is not done',
  );
}

describe("the deployment: who may touch which of the ledger's items", () => {
  let gateway: Template;
  before(() => {
    ({ gateway } = templates());
  });

  /** Actions with the keys that they are granted on; those on the index apart, which have no keys. */
  const grantsOf = (role: string): { items: Grant[]; index: string[] } => {
    const own = statements(gateway).filter(
      ({ id, statement }) =>
        id.startsWith(role) && list(statement.Action).some((a) => a.startsWith('dynamodb:')),
    );
    const onIndex = own.filter(({ statement }) => JSON.stringify(statement.Resource).includes('/index/'));
    const onItems = own.filter((each) => !onIndex.includes(each));
    return {
      items: onItems.map(({ statement }) => {
        const { Condition } = statement as { Condition?: Record<string, Record<string, unknown>> };
        return [list(statement.Action), Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']];
      }),
      index: onIndex.flatMap(({ statement }) => list(statement.Action)),
    };
  };

  it('lets the gateway do what its ledger does, with counters of all pools, and nothing else', async () => {
    const { items, index } = grantsOf('GatewayRole');
    assert.deepEqual(index, []);
    const accesses = await gatewayAccesses();
    assert.ok(
      accesses.some(({ key }) => /^S[1-3]#/.test(key)),
      'pools were charged',
    );
    checkGrants(items, accesses);
  });

  it('lets the sweeper find and settle what crashes left, and read no limit', async () => {
    const { items, index } = grantsOf('SweeperRole');
    assert.deepEqual(index, ['dynamodb:Query']);
    checkGrants(items, await sweeperAccesses());
  });
});
