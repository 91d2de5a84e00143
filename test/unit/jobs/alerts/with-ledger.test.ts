import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finalFacts } from '../../../../lambda/core/audit/final.ts';
import type { RefusedBy } from '../../../../lambda/core/audit/records.ts';
import { type Nano, toNano, usdFromNano } from '../../../../lambda/core/money.ts';
import { createStreamAlerts } from '../../../../lambda/jobs/alerts/from-stream.ts';
import { watchBudgets } from '../../../../lambda/jobs/alerts/watch.ts';
import type { StreamRecord } from '../../../../lambda/jobs/auditor/stream-rows.ts';
import { createLedger } from '../../../../lambda/ledger/create-ledger.ts';
import { amount, counterKey, policyKey, put } from '../../../../lambda/ledger/items.ts';
import type { BudgetRefusal, Ledger } from '../../../../lambda/ledger/ledger.ts';
import { NO_POLICY, policyChanges } from '../../../../lambda/ledger/policy.ts';
import type { Op } from '../../../../lambda/ports/ledger-store.ts';
import { CENT, fakeNotices, NOON, named } from '../../../support/budget-counters.ts';
import { budget, scope } from '../../../support/ledger-world.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { MemoryStore } from '../../../support/memory-store.ts';
import { CountingIds, Dice } from '../../../support/virtual-clock.ts';

/** A store that keeps every change, as a table's stream does. */
class StreamStore extends MemoryStore {
  readonly changes: StreamRecord[] = [];

  override async transact(ops: readonly Op[]) {
    const before = await Promise.all(ops.map(({ key }) => this.get(key)));
    const result = await super.transact(ops);
    if (result.type === 'done')
      for (const [place, { key }] of ops.entries())
        this.changes.push({
          id: String(this.changes.length),
          before: before[place],
          after: await this.get(key),
        });
    return result;
  }
}

const cents = (amount: number): Nano => toNano(BigInt(amount) * CENT);
const TEAM = scope('team:search', budget('day', Number(100n * CENT)), budget('total', Number(150n * CENT)));

function world() {
  const store = new StreamStore();
  const clock = createManualClock(NOON);
  const local = fakeNotices();
  const watch = watchBudgets({ store, notices: local, clock, telemetry: { emit() {} } });
  const another = (seed: number) =>
    createLedger({
      store: watch.store,
      clock,
      ids: new CountingIds(),
      random: new Dice(seed),
      environment: `e${seed}`,
      admitMs: 2_000,
      longestRequestMs: 600_000,
      // Otherwise a budget of a few hundred calls would be thought too small to be split.
      heat: { leastRoom: 1, leastRequests: 1 },
    });
  const ledger = another(1);
  const aws = fakeNotices();
  const follow = () =>
    createStreamAlerts({ store, notices: aws, clock, telemetry: { emit() {} } })(store.changes);
  return { store, another, ledger, clock, watch, local, aws, follow };
}

let requests = 0;

async function call(ledger: Ledger, estimate: number, cost: number): Promise<BudgetRefusal | undefined> {
  requests += 1;
  const requestId = `r${requests}`;
  const admission = await ledger.admit({
    requestId,
    scopes: [TEAM],
    number: 0,
    estimate: cents(estimate),
    tokens: 0,
    facts: {},
  });
  if (admission.type === 'admitted') {
    await ledger.settle(admission.reservation, { cost: cents(cost), outcome: 'ok', facts: {} });
    return undefined;
  }
  assert.ok(admission.type === 'refused' && admission.refusal.type === 'budget');
  const { refusal } = admission;
  await ledger.record(requestId, { cost: cents(0), outcome: 'refused', facts: facts(refusal) });
  return refusal;
}

function facts({ scope: name, budgetId, kind, limit, spent, resetsAt }: BudgetRefusal) {
  const refusedBy: RefusedBy = {
    scope: name,
    budget: budgetId,
    reason: kind,
    limit_usd: usdFromNano(limit),
    spent_usd: usdFromNano(spent),
    resets_at: resetsAt === undefined ? null : new Date(resetsAt).toISOString(),
  };
  return finalFacts({
    status: 429,
    errorCode: 'budget_exceeded',
    finishReason: undefined,
    usage: undefined,
    usageSource: 'none',
    served: undefined,
    attempts: [],
    ttftMs: undefined,
    totalMs: 1,
    overheadMs: 1,
    warnings: [],
    refusedBy,
    guard: undefined,
    count: 1,
    client: undefined,
  });
}

describe('alerts over the ledger itself', () => {
  it('come for what calls cost, not for what they hold, the same in both worlds', async () => {
    const { ledger, watch, local, aws, follow } = world();
    await call(ledger, 90, 30);
    await watch.look();
    assert.deepEqual(local.sent.map(named), []);
    await call(ledger, 60, 25);
    await call(ledger, 40, 30);
    await watch.look();
    await follow();
    const expected = [
      'team:search day 2026-11-24 50',
      'team:search day 2026-11-24 80',
      'team:search total total 50',
    ];
    assert.deepEqual(local.sent.map(named).sort(), expected);
    // Both worlds have one store here, so what the first has told is known to the second.
    assert.deepEqual(aws.sent, []);
  });

  it('come from the stream of its changes', async () => {
    const { ledger, aws, follow } = world();
    for (const cost of [30, 25, 30]) await call(ledger, 40 - cost / 5, cost);
    assert.equal(await follow(), undefined);
    assert.deepEqual(aws.sent.map(named).sort(), [
      'team:search day 2026-11-24 50',
      'team:search day 2026-11-24 80',
      'team:search total total 50',
    ]);
  });

  it('come with the first refusal, with what is spent', async () => {
    for (const where of ['local', 'aws'] as const) {
      const { ledger, watch, follow, ...sent } = world();
      await call(ledger, 95, 90);
      const refusal = await call(ledger, 20, 20);
      assert.equal(refusal?.kind, 'exceeded');
      await call(ledger, 20, 20);
      await (where === 'local' ? watch.look() : follow());
      const full = sent[where].sent.filter(({ mark }) => mark === 100);
      assert.deepEqual(
        full.map((notice) => [named(notice), notice.refused, notice.spent]),
        [['team:search day 2026-11-24 100', true, cents(90)]],
      );
    }
  });

  it('count what many leases on many counters have spent, once they are given back', async () => {
    for (const where of ['local', 'aws'] as const) {
      const { store, another, watch, follow, ...sent } = world();
      const heat = { level: 2, until: NOON + 3_600_000, at: NOON, count: '0' };
      const policy = { ...NO_POLICY, version: 1n, pools: 4, everPools: 4, heat };
      await store.transact([
        { key: policyKey('team:search'), when: [], set: policyChanges(policy) },
        { key: counterKey('team:search'), when: [], set: [put('cv', 1n)] },
      ]);
      const ledgers = Array.from({ length: 8 }, (_, n) => another(n + 1));
      for (let n = 0; n < 80; n++) {
        const ledger = ledgers[n % ledgers.length];
        if (ledger !== undefined) await call(ledger, 1, 1);
      }
      for (const ledger of ledgers) await ledger.close();
      const spent = [...store.items.values()].map((item) => amount(item, 'day.spent'));
      assert.ok(
        spent.every((each) => each < cents(50)),
        'no counter reaches a mark by itself',
      );
      await (where === 'local' ? watch.look() : follow());
      const half = sent[where].sent.find(({ budgetId, mark }) => budgetId === 'day' && mark === 50);
      assert.equal(
        half?.spent,
        spent.reduce((sum, each) => sum + each, 0n),
      );
      const names = sent[where].sent.map(named);
      assert.equal(new Set(names).size, names.length);
    }
  });

  it('begin anew in the next window', async () => {
    const { ledger, clock, watch, local } = world();
    await call(ledger, 60, 55);
    await watch.look();
    await clock.run(clock.sleep(13 * 3_600_000));
    await call(ledger, 60, 55);
    await watch.look();
    assert.deepEqual(local.sent.map(named).sort(), [
      'team:search day 2026-11-24 50',
      'team:search day 2026-11-25 50',
      'team:search total total 50',
    ]);
  });
});
