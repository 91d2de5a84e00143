import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bindingLimits, budgetId, providerLimits } from '../../lambda/core/config/binding.ts';
import { checkConfig } from '../../lambda/core/config/check.ts';
import type { BudgetConfig, LimitsConfig, RateConfig } from '../../lambda/core/config/schema.ts';
import type { Caller } from '../../lambda/core/identity/caller.ts';
import { covers } from '../../lambda/core/identity/principal.ts';
import type { ScopeLimits } from '../../lambda/core/scope-limits.ts';

const RUNS = Number(process.env['TOLLGATE_RUNS'] ?? 500);

const word = fc.constantFrom('a', 'b', 'c');
const variable = fc.constantFrom('KEY_A', 'KEY_B');
const role = word.map((name) => `arn:aws:sts::123456789012:assumed-role/${name}`);
const scope = fc.oneof(
  fc.constantFrom('account', 'team:*', 'app:*', 'user:*', 'key:*', 'model:*', 'provider:*'),
  fc.tuple(fc.constantFrom('team', 'user', 'model', 'provider'), word).map((parts) => parts.join(':')),
  fc.oneof(variable, role).map((key) => `key:${key}`),
  fc.tuple(word, fc.oneof(word, fc.constant('*'))).map(([team, app]) => `app:${team}/${app}`),
);
const mode = fc.constantFrom('enforce', 'observe');
const budget: fc.Arbitrary<BudgetConfig> = fc.record(
  {
    scope,
    limit_usd: fc.nat(1000).map(String),
    window: fc.constantFrom('day', 'week', 'month', 'total'),
    tz: fc.constantFrom('UTC', 'Europe/Berlin'),
    mode,
  },
  { requiredKeys: ['scope', 'limit_usd', 'window'] },
);
const budgets = fc.uniqueArray(budget, {
  maxLength: 20,
  selector: (each) => `${each.scope} ${budgetId(each)}`,
});
const some = fc.integer({ min: 1, max: 1000 });
const rate: fc.Arbitrary<RateConfig> = fc.record(
  {
    scope,
    requests_per_minute: some,
    tokens_per_minute: some,
    parallel: some,
    burst_requests: some,
    burst_tokens: some,
    mode,
  },
  { requiredKeys: ['scope'] },
);
const rates = fc.uniqueArray(rate, { maxLength: 20, selector: (each) => each.scope });
const limits: fc.Arbitrary<LimitsConfig> = fc.record({ budgets, rates });
const maybe = fc.option(word, { nil: undefined });
const caller: fc.Arbitrary<Caller> = fc.record({
  principal: fc.oneof(
    fc.constant('local'),
    variable.map((name) => `key:${name}`),
    role,
  ),
  team: maybe,
  app: maybe,
  user: maybe,
});

/** Whether an entry's scope speaks of a scope of the call, by the words of the documentation. */
function speaksOf(written: string, bound: string): boolean {
  if (!written.includes('*')) return written === bound;
  return bound.startsWith(written.slice(0, written.indexOf('*')));
}

/** The entries that speak of a scope, the most exact first. */
function candidates<T extends { readonly scope: string }>(
  all: readonly T[] = [],
  bound: string,
): readonly T[] {
  return all
    .filter((each) => speaksOf(each.scope, bound))
    .sort(
      (x, y) =>
        Number(x.scope.includes('*')) - Number(y.scope.includes('*')) || y.scope.length - x.scope.length,
    );
}

/** Every scope that a call has, in order, as the documentation lists them. */
function scopesOf({ principal, team, app, user }: Caller, alias: string | undefined): readonly string[] {
  const own = ['account'];
  if (team !== undefined) own.push(`team:${team}`);
  if (team !== undefined && app !== undefined) own.push(`app:${team}/${app}`);
  if (user !== undefined) own.push(`user:${user}`);
  if (principal.startsWith('key:')) own.push(principal);
  if (principal.startsWith('arn:')) own.push(`key:${principal}`);
  if (alias !== undefined) own.push(`model:${alias}`);
  return own;
}

/** Checks one scope's limits against the entries that speak of it. */
function assertMostExact(all: LimitsConfig, { scope: of, budgets: taken, ...rest }: ScopeLimits): void {
  assert.equal(new Set(taken.map(({ id }) => id)).size, taken.length);
  const spoken = candidates(all.budgets, of);
  assert.deepEqual(new Set(taken.map(({ id }) => id)), new Set(spoken.map(budgetId)));
  for (const { id, limit, mode: taking } of taken) {
    const best = spoken.find((each) => budgetId(each) === id);
    assert.equal(limit, BigInt(best?.limit_usd ?? '-1') * 1_000_000_000n);
    assert.equal(taking, best?.mode ?? 'enforce');
  }
  const said = candidates(all.rates, of);
  for (const kind of ['requests', 'tokens'] as const) {
    const best = said.find((each) => each[`${kind}_per_minute`] !== undefined);
    assert.equal(rest[kind]?.perMinute, best?.[`${kind}_per_minute`]);
    assert.equal(rest[kind]?.burst, best?.[`burst_${kind}`] ?? best?.[`${kind}_per_minute`]);
    assert.equal(rest[kind]?.mode, best === undefined ? undefined : (best.mode ?? 'enforce'));
  }
  const best = said.find((each) => each.parallel !== undefined);
  assert.equal(rest.parallel?.limit, best?.parallel);
  assert.equal(rest.parallel?.mode, best === undefined ? undefined : (best.mode ?? 'enforce'));
}

/** Whether any entry gives a scope a limit. An entry of `rates` with a burst alone gives none. */
function isLimited(all: LimitsConfig, of: string): boolean {
  const gives = candidates(all.rates, of).some(
    (each) => (each.requests_per_minute ?? each.tokens_per_minute ?? each.parallel) !== undefined,
  );
  return gives || candidates(all.budgets, of).length > 0;
}

test('each limit of each scope is taken from the most exact entry that speaks of it, and from one alone', () => {
  fc.assert(
    fc.property(limits, caller, maybe, (all, who, alias) => {
      const bound = bindingLimits(all, who, alias);
      assert.equal(new Set(bound.map((each) => each.scope)).size, bound.length);
      for (const each of bound) assertMostExact(all, each);
    }),
    { numRuns: RUNS },
  );
});

test('no limit of somebody else ever binds, and none that speaks of the call is left out', () => {
  fc.assert(
    fc.property(limits, caller, maybe, (all, who, alias) => {
      assert.deepEqual(
        bindingLimits(all, who, alias).map((each) => each.scope),
        scopesOf(who, alias).filter((of) => isLimited(all, of)),
      );
    }),
    { numRuns: RUNS },
  );
});

test('the limits of a provider are the most exact ones too, and exist only where an entry speaks of it', () => {
  fc.assert(
    fc.property(limits, word, (all, provider) => {
      const bound = providerLimits(all, provider);
      assert.equal(bound?.scope, isLimited(all, `provider:${provider}`) ? `provider:${provider}` : undefined);
      if (bound !== undefined) assertMostExact(all, bound);
    }),
    { numRuns: RUNS },
  );
});

test('a call that one enforced limit binds stays bound when observed entries are added, if the check lets them pass', () => {
  const enforced = (all: LimitsConfig, who: Caller): readonly string[] =>
    bindingLimits(all, who, undefined).flatMap(({ scope: of, budgets: taken, requests }) => [
      ...taken.filter((each) => each.mode === 'enforce').map(({ id, limit }) => `${of} ${id} ${limit}`),
      ...(requests?.mode === 'enforce' ? [`${of} requests ${requests.perMinute}`] : []),
    ]);
  fc.assert(
    fc.property(limits, caller, (all, who) => {
      const passes = (['budgets', 'rates'] as const).map((section) => {
        const found = checkConfig({ providers: {}, models: {}, ...all }).filter(
          ({ path }) => path.at(-1) === 'mode',
        );
        return (_: unknown, i: number) => !found.some(({ path }) => path[0] === section && path[1] === i);
      });
      const [byBudget, byRate] = passes;
      const passed: LimitsConfig = {
        budgets: all.budgets?.filter((each, i) => byBudget?.(each, i)),
        rates: all.rates?.filter((each, i) => byRate?.(each, i)),
      };
      const without: LimitsConfig = {
        budgets: passed.budgets?.filter((each) => each.mode !== 'observe'),
        rates: passed.rates?.filter((each) => each.mode !== 'observe'),
      };
      assert.deepEqual(enforced(passed, who), enforced(without, who));
    }),
    { numRuns: RUNS },
  );
});

test('a star in a pattern means any text, as the equal regular expression says', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '-'), minLength: 1, maxLength: 8 });
  const role = fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 1, maxLength: 8 });
  const arn = 'arn:aws:sts::123456789012:assumed-role/';
  fc.assert(
    fc.property(pattern, role, (wanted, given) => {
      const expression = new RegExp(`^${wanted.replaceAll('*', '.*')}$`);
      assert.equal(covers(arn + wanted, arn + given), expression.test(given));
    }),
    { numRuns: RUNS * 4 },
  );
});
