import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf } from '../../../../lambda/core/config/limits.ts';
import { configSchema } from '../../../../lambda/core/config/schema.ts';
import { DEFAULT_LIMITS } from '../../../../lambda/core/limits.ts';

test('without a section every maximum is the built-in one', () => {
  assert.deepEqual(limitsOf({}), DEFAULT_LIMITS);
});

test('each key of the section changes exactly the maximum whose name it has', () => {
  const keys = Object.keys(configSchema.shape.limits.unwrap().shape);
  assert.ok(keys.length >= 12);
  for (const key of keys) {
    const camel = key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    assert.deepEqual(limitsOf({ limits: { [key]: 7 } }), { ...DEFAULT_LIMITS, [camel]: 7 });
  }
});

test('what the schema states as the default of a limit is the default in force', () => {
  for (const [key, schema] of Object.entries(configSchema.shape.limits.unwrap().shape)) {
    const camel = key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    assert.equal(schema.meta()?.['default'], Reflect.get(DEFAULT_LIMITS, camel), key);
  }
});
