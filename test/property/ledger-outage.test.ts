import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toNano } from '../../lambda/core/money.ts';
import type { ScopeLimits } from '../../lambda/core/scope-limits.ts';
import { AllowanceHold } from '../../lambda/ledger/outage/hold.ts';
import { allowing, type OutageBench, outageBench } from '../support/outage-bench.ts';

const RUNS = Math.min(Number(process.env['TOLLGATE_RUNS'] ?? 300), 20_000);

const ALLOWED: Readonly<Record<string, bigint>> = { account: 70n, 'team:a': 40n, 'team:b': 25n };
const scopeOf = (scope: string): ScopeLimits => ({ scope, budgets: [allowing(Number(ALLOWED[scope]))] });

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('admit' as const),
      scopes: fc.subarray(Object.keys(ALLOWED), { minLength: 1 }),
      x: fc.nat(30),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(), percent: fc.nat(100) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('topUp' as const), which: fc.nat(), x: fc.nat(15) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('switch' as const), away: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('answer' as const), n: fc.integer({ min: 1, max: 4 }) }),
  },
  // So short that no run has the minute without a failure that ends an outage for every scope.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(1_500) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One call that was admitted on allowance, as a bystander sees it. */
interface Passed {
  readonly hold: AllowanceHold;
  cost: bigint | undefined;
}

/** Watches what passes and what is charged, knowing nothing of how the allowance is counted. */
class Bystander {
  readonly #bench: OutageBench;
  readonly passed: Passed[] = [];
  /** By scope: calls that passed since the ledger last admitted one of it. */
  readonly #since = new Map<string, Passed[]>();

  constructor(bench: OutageBench) {
    this.#bench = bench;
  }

  admitted(scopes: readonly string[]): void {
    for (const scope of scopes) this.#since.delete(scope);
  }

  pass(hold: AllowanceHold): void {
    const passed = { hold, cost: undefined };
    this.passed.push(passed);
    for (const { scope } of hold.scopes) this.#since.set(scope, [...(this.#since.get(scope) ?? []), passed]);
  }

  check(): void {
    const charged = new Set(this.#bench.inner.posted.map(({ requestId }) => requestId));
    for (const [scope, allowed] of Object.entries(ALLOWED)) {
      const open = this.passed.filter(
        ({ hold }) => hold.scopes.some((one) => one.scope === scope) && !charged.has(hold.requestId),
      );
      assert.ok(sum(open) <= allowed, `${scope}: ${sum(open)} of ${allowed} run or are owed`);
      const since = sum(this.#since.get(scope) ?? []);
      assert.ok(since <= allowed, `${scope}: ${since} of ${allowed} passed in one outage`);
    }
  }
}

function sum(calls: readonly Passed[]): bigint {
  return calls.reduce((total, { hold, cost }) => total + (cost ?? hold.held), 0n);
}

test('an allowance is never passed, whatever comes at the same time, and all of it is charged once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 20, maxLength: 40 }), fc.boolean(), ride),
    { numRuns: RUNS },
  );
});

async function ride(s: fc.Scheduler, steps: readonly Step[], sink: boolean): Promise<void> {
  const bench = outageBench(sink);
  const { inner, ledger } = bench;
  const bystander = new Bystander(bench);
  const busy: Promise<unknown>[] = [];
  inner.away = true;
  inner.pause = () => s.schedule(Promise.resolve());
  for (const [index, one] of steps.entries()) {
    const running = bystander.passed.filter(({ cost }) => cost === undefined);
    const chosen = 'which' in one && running.length > 0 ? running[one.which % running.length] : undefined;
    if (one.do === 'admit') busy.push(admit(bench, bystander, `r${index}`, one));
    if (one.do === 'settle' && chosen !== undefined) {
      chosen.cost = (chosen.hold.held * BigInt(one.percent)) / 100n;
      busy.push(bench.settle(chosen.hold, Number(chosen.cost)));
    }
    if (one.do === 'topUp' && chosen !== undefined) await ledger.topUp(chosen.hold, toNano(BigInt(one.x)));
    if (one.do === 'switch') inner.away = one.away;
    if (one.do === 'answer') for (let n = 0; n < one.n && s.count() > 0; n++) await s.waitOne();
    if (one.do === 'wait') await bench.pass(one.ms);
    bystander.check();
  }
  inner.pause = async () => undefined;
  // Answering one call may start a charge that waited.
  while (s.count() > 0) await s.waitAll();
  await Promise.all(busy);
  bystander.check();
  inner.away = false;
  for (const passed of bystander.passed.filter(({ cost }) => cost === undefined)) {
    passed.cost = passed.hold.held;
    await bench.settle(passed.hold, Number(passed.cost));
  }
  await ledger.close();
  const charged = inner.posted.map(({ requestId, cost }) => [requestId, cost]).sort();
  assert.deepEqual(charged, bystander.passed.map(({ hold, cost }) => [hold.requestId, cost]).sort());
}

async function admit(
  bench: OutageBench,
  bystander: Bystander,
  id: string,
  { scopes, x }: Extract<Step, { do: 'admit' }>,
): Promise<void> {
  const admission = await bench.admit(id, x, scopes.map(scopeOf));
  if (admission.type !== 'admitted') return;
  if (admission.reservation instanceof AllowanceHold) bystander.pass(admission.reservation);
  else bystander.admitted(scopes);
  bystander.check();
}
