import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bindingBudgets, budgetId } from '../../lambda/core/config/binding.ts';
import type { BudgetConfig } from '../../lambda/core/config/schema.ts';
import { covers } from '../../lambda/core/identity/principal.ts';

const RUNS = Number(process.env['TOLLGATE_RUNS'] ?? 500);

const word = fc.constantFrom('a', 'b', 'c');
const scope = fc.oneof(
  fc.constantFrom('account', 'team:*', 'app:*', 'user:*'),
  word.map((team) => `team:${team}`),
  word.map((user) => `user:${user}`),
  fc.tuple(word, fc.oneof(word, fc.constant('*'))).map(([team, app]) => `app:${team}/${app}`),
);
const budget: fc.Arbitrary<BudgetConfig> = fc.record(
  {
    scope,
    limit_usd: fc.nat(1000).map(String),
    window: fc.constantFrom('day', 'week', 'month', 'total'),
    tz: fc.constantFrom('UTC', 'Europe/Berlin'),
  },
  { requiredKeys: ['scope', 'limit_usd', 'window'] },
);
const budgets = fc.uniqueArray(budget, {
  maxLength: 20,
  selector: (each) => `${each.scope} ${budgetId(each)}`,
});
const maybe = fc.option(word, { nil: undefined });
const caller = fc.record({ team: maybe, app: maybe, user: maybe });

/** Whether a budget's scope speaks of a scope of the caller, by the words of the documentation. */
function speaksOf(written: string, bound: string): boolean {
  if (!written.includes('*')) return written === bound;
  return bound.startsWith(written.slice(0, written.indexOf('*')));
}

test('each window of each scope is bound by the most exact budget that speaks of it, and by one alone', () => {
  fc.assert(
    fc.property(budgets, caller, (all, who) => {
      const bound = bindingBudgets(all, who);
      const scopes = bound.map((each) => each.scope);
      assert.equal(new Set(scopes).size, scopes.length);
      for (const { scope: of, budgets: taken } of bound) {
        assert.equal(new Set(taken.map(({ id }) => id)).size, taken.length);
        const candidates = all.filter((each) => speaksOf(each.scope, of));
        assert.deepEqual(new Set(taken.map(({ id }) => id)), new Set(candidates.map(budgetId)));
        for (const { id, limit } of taken) {
          const best = candidates
            .filter((each) => budgetId(each) === id)
            .sort(
              (x, y) =>
                Number(x.scope.includes('*')) - Number(y.scope.includes('*')) ||
                y.scope.length - x.scope.length,
            )[0];
          assert.equal(limit, BigInt(best?.limit_usd ?? '-1') * 1_000_000_000n);
        }
      }
    }),
    { numRuns: RUNS },
  );
});

test('no budget of somebody else ever binds, and none that speaks of the caller is left out', () => {
  fc.assert(
    fc.property(budgets, caller, (all, { team, app, user }) => {
      const own = ['account'];
      if (team !== undefined) own.push(`team:${team}`);
      if (team !== undefined && app !== undefined) own.push(`app:${team}/${app}`);
      if (user !== undefined) own.push(`user:${user}`);
      const expected = own.filter((of) => all.some((each) => speaksOf(each.scope, of)));
      assert.deepEqual(
        bindingBudgets(all, { team, app, user }).map((each) => each.scope),
        expected,
      );
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
