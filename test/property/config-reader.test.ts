import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { EXAMPLE } from '../../bin/commands/reference/example.ts';
import { type ConfigProblem, formatProblems, readConfig } from '../../lambda/adapters/node/config-file.ts';
import { type JsonSchema, jsonSchema } from '../../lambda/core/config/json-schema.ts';

const RUNS = Number(process.env['TOLLGATE_RUNS'] ?? 200);

/** What every problem must have, whatever the file was. */
function assertWellFormed(text: string, problems: readonly ConfigProblem[]): void {
  const lines = text.split('\n');
  let before = 0;
  for (const { line, column, message, expected, hint } of problems) {
    assert.ok(line >= 1 && line <= lines.length && line >= before, `line ${line} after ${before}`);
    assert.ok(column >= 1 && column <= (lines[line - 1] ?? '').length + 1, `${line}:${column}`);
    assert.ok(message.length > 0 && expected.length > 0 && hint.length > 0);
    before = line;
  }
}

function check(text: string): void {
  const result = readConfig(text, 'tollgate.yaml');
  if (result.ok) return;
  assert.ok(result.problems.length > 0);
  assertWellFormed(text, result.problems);
}

test('any text is read without a throw, and what is wrong has a place in it', () => {
  const anything = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]:-&*!?<|>#,"\' \nab1') }));
  fc.assert(fc.property(anything, check), { numRuns: RUNS * 5 });
});

test('any JSON value is read without a throw', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => check(JSON.stringify(value))),
    { numRuns: RUNS },
  );
});

test('a good file with one piece cut out or put in is read without a throw', () => {
  const places = fc.record({
    at: fc.nat(EXAMPLE.length),
    cut: fc.nat(30),
    put: fc.oneof(
      fc.constant(''),
      fc.constantFrom('- ', ': ', '\n', '  ', '"', '*', '&a ', '<<: ', 'x', '}'),
    ),
  });
  fc.assert(
    fc.property(places, ({ at, cut, put }) => check(EXAMPLE.slice(0, at) + put + EXAMPLE.slice(at + cut))),
    { numRuns: RUNS },
  );
});

const keys = new Set<string>();
(function collect(schema: JsonSchema): void {
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    keys.add(key);
    collect(member);
  }
  for (const inner of [schema.items, schema.additionalProperties, ...(schema.oneOf ?? [])]) {
    if (typeof inner === 'object') collect(inner);
  }
})(jsonSchema());

const LINES = EXAMPLE.split('\n');
/** Each line that begins with a key of the schema, and where in it the key begins. */
const keyLines = LINES.flatMap((line, index) => {
  const [, indent, key] = /^(\s*(?:- )?)([a-z_]+):/.exec(line) ?? [];
  return indent === undefined || key === undefined || key.length < 4 || !keys.has(key)
    ? []
    : [{ index, key, column: indent.length + 1 }];
});

test('one wrong letter in a key is found in its line, at its column, with the right key as suggestion', () => {
  const slip = fc.record({
    where: fc.constantFrom(...keyLines),
    at: fc.nat(40),
    letter: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'),
    kind: fc.constantFrom('put', 'cut', 'replace'),
  });
  fc.assert(
    fc.property(slip, ({ where: { index, key, column }, at, letter, kind }) => {
      const i = at % key.length;
      const typo = key.slice(0, i) + (kind === 'cut' ? '' : letter) + key.slice(kind === 'put' ? i : i + 1);
      fc.pre(!keys.has(typo));
      const text = LINES.with(index, (LINES[index] ?? '').replace(`${key}:`, `${typo}:`)).join('\n');
      const result = readConfig(text, 'tollgate.yaml');
      assert.ok(!result.ok);
      assertWellFormed(text, result.problems);
      const found = result.problems.find(
        (problem) => problem.line === index + 1 && problem.column === column,
      );
      assert.equal(
        found?.hint,
        `Did you mean \`${key}\`?`,
        `${typo}: ${formatProblems(result.problems, 'f')}`,
      );
    }),
    { numRuns: RUNS },
  );
});

/** Lines that hold one scalar value. */
const valueLines = LINES.flatMap((line, index) => {
  const [, head] = /^(\s*(?:- )?[\w-]+: )[^{[&]/.exec(line) ?? [];
  return head === undefined ? [] : [{ index, head }];
});

test('a key of a vendor is never repeated, wherever it was written', () => {
  const mistake = fc.record({
    where: fc.constantFrom(...valueLines),
    prefix: fc.constantFrom('sk-', 'sk-ant-', 'AKIA', 'ghp_'),
    rest: fc.stringMatching(/^[A-Za-z0-9]{16,24}$/),
    shape: fc.constantFrom('plain', 'quoted', 'list', 'mapping'),
  });
  fc.assert(
    fc.property(mistake, ({ where: { index, head }, prefix, rest, shape }) => {
      const secret = prefix + rest;
      const value = {
        plain: secret,
        quoted: `"${secret}"`,
        list: `[${secret}]`,
        mapping: `{ ${secret}: 1 }`,
      }[shape];
      const result = readConfig(LINES.with(index, head + value).join('\n'), 'tollgate.yaml');
      if (result.ok) return;
      const said = JSON.stringify(result.problems) + formatProblems(result.problems, 'tollgate.yaml');
      assert.ok(!said.includes(rest), said);
    }),
    { numRuns: RUNS },
  );
});

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,12}$/);
const uniqueNames = fc.uniqueArray(name, {
  minLength: 1,
  maxLength: 5,
  selector: (text) => text.toLowerCase(),
});
const amount = fc
  .tuple(fc.nat(100_000), fc.stringMatching(/^(\.[0-9]{1,9})?$/))
  .map(([whole, rest]) => `${whole}${rest}`);

const config = uniqueNames.chain((providers) =>
  fc.record({
    providers: fc.constant(Object.fromEntries(providers.map((each) => [each, { type: 'sandbox' }]))),
    models: uniqueNames.chain((models) =>
      fc
        .array(fc.record({ provider: fc.constantFrom(...providers), model: name }), {
          minLength: 1,
          maxLength: 3,
        })
        .map((targets) => Object.fromEntries(models.map((each) => [each, { targets }]))),
    ),
    budgets: fc.uniqueArray(
      fc.record({
        scope: fc.oneof(
          fc.constantFrom('account', 'team:*', 'app:*', 'user:*'),
          name.map((each) => `team:${each}`),
          fc.tuple(name, name).map(([team, app]) => `app:${team}/${app}`),
        ),
        window: fc.constantFrom('day', 'week', 'month', 'total'),
        limit_usd: amount,
      }),
      { maxLength: 5, selector: ({ scope, window }) => `${scope} ${window}` },
    ),
  }),
);

test('what was written is what is read, amounts to the digit, in block and in flow style', () => {
  fc.assert(
    fc.property(config, fc.boolean(), (value, flow) => {
      const text = flow
        ? JSON.stringify(value)
        : stringify(value).replace(/(limit_usd: )"?([0-9.]+)"?$/gm, '$1$2');
      const result = readConfig(text, 'tollgate.yaml');
      assert.ok(result.ok, result.ok ? '' : formatProblems(result.problems, 'f') + text);
      assert.deepEqual(structuredClone(result.config), structuredClone(value));
    }),
    { numRuns: RUNS },
  );
});

test('the hash is the same for the same content, however the file is laid out, and another for another amount', () => {
  const hash = (text: string): string | undefined => {
    const result = readConfig(text, 'tollgate.yaml');
    return result.ok ? result.hash : undefined;
  };
  fc.assert(
    fc.property(config, (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      assert.ok(hash(JSON.stringify(value)));
      assert.equal(hash(stringify(reversed)), hash(JSON.stringify(value)));
      const [first, ...rest] = value.budgets;
      fc.pre(first !== undefined);
      const dearer = { ...value, budgets: [{ ...first, limit_usd: `1${first?.limit_usd}` }, ...rest] };
      assert.notEqual(hash(JSON.stringify(dearer)), hash(JSON.stringify(value)));
    }),
    { numRuns: RUNS },
  );
});
