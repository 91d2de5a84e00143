import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { EXAMPLE } from '../../../../bin/commands/reference/example.ts';
import { referenceFiles } from '../../../../bin/commands/reference.ts';
import { formatProblems, readConfig } from '../../../../lambda/adapters/node/config-file.ts';
import { describedSchema, type JsonSchema, jsonSchema } from '../../../../lambda/core/config/json-schema.ts';

const root = new URL('../../../../', import.meta.url);
const shipped = readFileSync(new URL('tollgate.yaml', root), 'utf8');

function problems(text: string): string {
  const result = readConfig(text, 'tollgate.yaml');
  return result.ok ? '' : formatProblems(result.problems, 'tollgate.yaml');
}

for (const [path, content] of referenceFiles()) {
  test(`${path} is what the code generates (npm run reference writes it anew)`, () => {
    const kept = readFileSync(fileURLToPath(new URL(path, root)), 'utf8').split('\n');
    const made = content.split('\n');
    const line = made.findIndex((text, i) => text !== kept[i]);
    assert.ok(kept.length === made.length && line < 0, `differs from line ${line + 1} on: ${made[line]}`);
  });
}

test('the shipped tollgate.yaml reads without a problem', () => {
  assert.equal(problems(shipped), '');
});

test('every example in a comment of the shipped file is accepted once it is no comment', () => {
  const lines = shipped
    .split('\n')
    .map((line) => line.replace(/^(\s*)# (\s*(?:- \{.*\}|(?:- )?[\w-]+:(?: .*)?))$/, '$1$2'));
  const text = lines.join('\n').replace(/^yaml-language-server.*$/m, '');
  assert.equal(problems(text), '');
  const config = parse(text);
  const { callers, budgets, rates } = config;
  assert.deepEqual([callers?.length, budgets?.length, rates?.length], [3, 7, 2]);
  assert.ok(Object.keys(config.providers).includes('selfhosted'));
});

test('the full example reads without a problem', () => {
  assert.equal(problems(EXAMPLE), '');
});

test('the full example uses every key of the schema', () => {
  const used = new Set<string>();
  collect(parse(EXAMPLE), describedSchema(), '', used);
  assert.deepEqual(
    [...keysOf(describedSchema(), '')].filter((key) => !used.has(key)),
    [],
  );
});

test('every key of the schema has a description', () => {
  for (const [key, schema] of leaves(jsonSchema(), '')) {
    assert.ok((schema.description ?? '').length > 10, `${key} has no description`);
  }
});

test('editors accept the shipped file and the full example', () => {
  const validate = new Ajv({ strict: false, formats: { uri: true } }).compile(jsonSchema());
  for (const text of [shipped, EXAMPLE]) {
    assert.equal(validate(parse(text)), true, JSON.stringify(validate.errors));
  }
});

test('editors mark an unknown key, a wrong word and a wrong amount', () => {
  const validate = new Ajv({ strict: false, formats: { uri: true } }).compile(jsonSchema());
  for (const [good, bad] of [
    ['window: day', 'window: dya'],
    ['scope: account', 'scop: account'],
    ['limit_usd: 5', 'limit_usd: "5 dollars"'],
    ['type: sandbox', 'type: sandbx'],
  ] as const) {
    assert.ok(shipped.includes(good));
    assert.equal(validate(parse(shipped.replace(good, bad))), false, bad);
  }
});

test('the shipped file names its schema in its first line', () => {
  assert.match(shipped, /^# yaml-language-server: \$schema=docs\/reference\/tollgate\.schema\.json\n/);
});

/** Each key of a schema by its path, `*` for an entry's name or number. */
function* leaves(schema: JsonSchema, path: string): Generator<readonly [string, JsonSchema]> {
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    yield [`${path}.${key}`, member];
    yield* leaves(member, `${path}.${key}`);
  }
  const entries =
    typeof schema.additionalProperties === 'object' ? schema.additionalProperties : schema.items;
  if (entries !== undefined) yield* leaves(entries, `${path}.*`);
  for (const variant of schema.oneOf ?? []) yield* leaves(variant, path);
}

function keysOf(schema: JsonSchema, path: string): Set<string> {
  return new Set([...leaves(schema, path)].map(([key]) => key));
}

/** The paths that a value uses, spelled as `leaves` spells them. */
function collect(value: unknown, schema: JsonSchema, path: string, used: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const isEntry = schema.items !== undefined || typeof schema.additionalProperties === 'object';
  const inner =
    schema.items ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : schema);
  for (const [key, member] of Object.entries(value)) {
    const here = isEntry ? `${path}.*` : `${path}.${key}`;
    if (!isEntry) used.add(here);
    const variants = [inner, ...(inner.oneOf ?? [])];
    const next = isEntry
      ? inner
      : variants.map((variant) => variant.properties?.[key]).find((found) => found);
    if (next !== undefined) collectEntry(member, next, here, used);
  }
}

function collectEntry(value: unknown, schema: JsonSchema, path: string, used: Set<string>): void {
  for (const variant of schema.oneOf ?? [schema]) collect(value, variant, path, used);
}
