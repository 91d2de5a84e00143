import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ConfigProblem,
  formatProblems,
  readConfig,
} from '../../../../lambda/adapters/node/config-file.ts';

const GOOD = `providers:
  sandbox: { type: sandbox }
models:
  sandbox:
    targets: [{ provider: sandbox }]
`;

function problems(text: string): readonly ConfigProblem[] {
  const result = readConfig(text, 'tollgate.yaml');
  return result.ok ? [] : result.problems;
}

function places(text: string): string[] {
  return problems(text).map(({ line, column, path }) => `${line}:${column} ${path}`);
}

function limits(text: string): string[] {
  const result = readConfig(text, 'tollgate.yaml');
  assert.ok(result.ok, result.ok ? '' : formatProblems(result.problems, 'tollgate.yaml'));
  return (result.config.budgets ?? []).map((budget) => budget.limit_usd);
}

test('a good file gives its config and a hash', () => {
  const result = readConfig(GOOD, 'tollgate.yaml');
  assert.ok(result.ok);
  assert.deepEqual(Object.keys(result.config.models), ['sandbox']);
  assert.match(result.hash, /^[0-9a-f]{64}$/);
});

test('comments and spacing do not change the hash', () => {
  const hash = (text: string): string | undefined => {
    const result = readConfig(text, 'tollgate.yaml');
    return result.ok ? result.hash : undefined;
  };
  assert.equal(hash(`# a comment\n\n${GOOD}`), hash(GOOD));
  assert.ok(hash(GOOD));
});

test('amounts keep the digits that were written, with and without quotes', () => {
  const budget = (window: string, limit: string): string =>
    `  - { scope: account, window: ${window}, limit_usd: ${limit} }\n`;
  const text = `${GOOD}budgets:\n${budget('day', '12.50')}${budget('week', '0.10')}${budget('month', '"7.00"')}${budget('total', '900719925474099.123456789')}`;
  assert.deepEqual(limits(text), ['12.50', '0.10', '7.00', '900719925474099.123456789']);
});

test('a wrong value is named with line, column, path, value, what was expected and a hint', () => {
  const text = `${GOOD}budgets:\n  - scope: account\n    limit_usd: abc\n    window: day\n`;
  assert.deepEqual(problems(text), [
    {
      line: 8,
      column: 16,
      path: 'budgets[0].limit_usd',
      value: 'abc',
      message: 'found "abc", expected an amount in US dollars with at most nine decimals, such as 12.50',
      expected: 'an amount in US dollars with at most nine decimals, such as 12.50',
      hint: 'Most that may be spent in one window, in US dollars. 0 refuses every call.',
    },
  ]);
  const [first] = formatProblems(problems(text), 'tollgate.yaml').split('\n');
  assert.equal(
    first,
    'tollgate.yaml:8:16 budgets[0].limit_usd: found "abc", expected an amount in US dollars with at most nine decimals, such as 12.50.',
  );
});

test('an unknown key is named in its own line with a suggestion', () => {
  const text = `${GOOD}budgets:\n  - scope: account\n    limit_usd: 5\n    windwo: day\n    window: day\n`;
  const [problem] = problems(text);
  assert.deepEqual([problem?.line, problem?.column, problem?.path], [9, 5, 'budgets[0].windwo']);
  assert.equal(problem?.message, 'unknown key "windwo"');
  assert.equal(problem?.hint, 'Did you mean `window`?');
});

test('a missing key names the line of its parent', () => {
  const text = `${GOOD}  other:\n    max_output_tokens: 5\nbudgets:\n  - scope: account\n    window: day\n`;
  assert.deepEqual(places(text), ['6:3 models.other.targets', '9:5 budgets[0].limit_usd']);
});

test('several problems are all reported in the order of the file', () => {
  const text = `audit: {}\n${GOOD}gaurd: {}\nbudgets:\n  - { scope: nobody, limit_usd: -1, window: dya }\n`;
  assert.deepEqual(places(text), [
    '1:1 audit',
    '7:1 gaurd',
    '9:14 budgets[0].scope',
    '9:33 budgets[0].limit_usd',
    '9:45 budgets[0].window',
  ]);
});

test('a known word that is not built says exactly that', () => {
  const [problem] = problems(`audit: {}\n${GOOD}`);
  assert.equal(problem?.message, 'audit options are not built yet; rows are always written, remove `audit`');
});

test('cross checks point at the value in its line', () => {
  const text = GOOD.replace('provider: sandbox', 'provider: sandbix');
  const [problem] = problems(text);
  assert.deepEqual([problem?.line, problem?.column], [5, 27]);
  assert.match(
    problem?.message ?? '',
    /this provider is not in the file: found "sandbix", expected `sandbox`/,
  );
});

test('names with dots are quoted in a path', () => {
  const text = `${GOOD}  gpt-5.2: { targets: [] }\n`;
  assert.deepEqual(places(text), ['6:23 models["gpt-5.2"].targets']);
});

const syntax: readonly (readonly [string, string, string])[] = [
  ['a key that stands twice', `${GOOD}providers: {}\n`, '6:1 providers'],
  ['a nested key that stands twice', `${GOOD}  sandbox: { targets: [] }\n`, '6:3 models.sandbox'],
  ['a tab', '\tproviders: {}\n', '1:1 '],
  ['an open quote', `${GOOD}teams: "x\n`, '7:1 '],
  ['an open bracket', 'providers: {\n', '2:1 '],
  ['two documents', `${GOOD}---\n${GOOD}`, '6:1 '],
  ['an alias without anchor', 'providers: *nowhere\n', '1:12 '],
  ['a tag', `${GOOD}teams: !secret x\n`, '6:8 '],
  ['a key that is a list', '? [a]\n: 1\n', '1:3 '],
  ['the name that JavaScript keeps for itself', '__proto__: {}\n', '1:1 '],
  ['a merge of a list of words', 'providers:\n  <<: [a]\n', '2:3 '],
];

for (const [what, text, place] of syntax) {
  test(`${what} is a problem like any other`, () => {
    const [problem] = problems(text);
    assert.ok(problem);
    assert.equal(`${problem.line}:${problem.column} ${problem.path}`, place);
    assert.ok(problem.message.length > 5 && problem.hint.length > 5 && problem.expected.length > 5);
  });
}

test('an empty file and a list say what a file needs', () => {
  for (const text of ['', '# only a comment\n', '- a\n', 'word\n']) {
    const [problem] = problems(text);
    assert.match(problem?.hint ?? '', /`providers` and `models`/);
  }
});

test('an empty section says that nothing is written there', () => {
  const [problem] = problems(`${GOOD}callers:\n`);
  assert.deepEqual([problem?.line, problem?.path], [6, 'callers']);
  assert.match(problem?.hint ?? '', /Nothing is written here/);
});

test('anchors, aliases and merge keys work, and what a mapping writes itself wins', () => {
  const text = `${GOOD}budgets:
  - &day { scope: account, limit_usd: 5, window: day }
  - { <<: *day, window: week }
  - <<: [*day]
    window: month
    limit_usd: 7.0
`;
  assert.deepEqual(limits(text), ['5', '5', '7.0']);
});

test('a problem in an anchored value is placed where the value stands', () => {
  const text = `${GOOD}budgets:\n  - &day { scope: account, limit_usd: x, window: day }\n  - { <<: *day, window: week }\n`;
  assert.deepEqual(places(text), ['7:39 budgets[0].limit_usd', '7:39 budgets[1].limit_usd']);
});

test('an alias bomb is refused at once', () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`,
  );
  const [problem] = problems(`l0: &l0 [x]\n${levels.join('\n')}\n`);
  assert.match(problem?.message ?? '', /too large/);
});

test('an alias within its own anchor is refused', () => {
  assert.match(problems('providers: &a { b: *a }\n')[0]?.message ?? '', /too large/);
});

test('a file of more than a million characters is refused unread', () => {
  const [problem] = problems(`# ${'x'.repeat(1_000_000)}\n${GOOD}`);
  assert.match(problem?.message ?? '', /1000\d+ characters/);
});

const misplaced: readonly (readonly [string, string])[] = [
  ['key: hunter2', 'hunter2'],
  ['key: sk-proj-abcdefghijklmnop', 'sk-proj'],
  ['key: { env: hunter2 }', 'hunter2'],
  ['key: { value: hunter2 }', 'hunter2'],
  ['key: { hunter2 }', 'hunter2'],
  ['key: [hunter2]', 'hunter2'],
  ['key: { env: [hunter2] }', 'hunter2'],
  ['key: { env: sk-proj-abcdefghijklmnop, secret: 5 }', 'sk-proj'],
  ['key: { env: KEY }, base_url: "https://user:hunter2@example.com/v1"', 'hunter2'],
  ['key: { env: KEY }, base_url: "https://example.com/v1?api-key=hunter2"', 'hunter2'],
];

for (const [entry, secret] of misplaced) {
  test(`a secret written as \`${entry}\` is not repeated`, () => {
    const text = `${GOOD.replace('sandbox }\n', `sandbox }\n  openai: { type: openai, ${entry} }\n`)}`;
    const found = problems(text);
    assert.ok(found.length > 0);
    assert.doesNotMatch(JSON.stringify(found) + formatProblems(found, 'tollgate.yaml'), new RegExp(secret));
  });
}

test('the name of a variable in the place of a key is shown, with the right way to write it', () => {
  const text = GOOD.replace('sandbox }\n', 'sandbox }\n  openai: { type: openai, key: OPENAI_API_KEY }\n');
  const [problem] = problems(text);
  assert.equal(problem?.value, 'OPENAI_API_KEY');
  assert.match(problem?.hint ?? '', /`key: \{ env: NAME \}`/);
});
