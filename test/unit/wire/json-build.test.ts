import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';

function read(text: string): JsonTape {
  const tape = scanJson(Buffer.from(text), 64);
  assert.ok(tape instanceof JsonTape);
  return tape;
}

test('a key that begins with an escape is what it says, whatever was read before', () => {
  for (let index = 0; index < 5; index++) read('{"a":0,"\\\\":1}');
  for (const [written, key] of [
    ['\\u006e', 'n'],
    ['\\n', '\n'],
    ['\\"', '"'],
    ['\\\\d', '\\d'],
  ]) {
    const tape = read(`{"a":0,"${written}":5,"é":["ü",-0,1e3,null,true,{}],"__proto__":1}`);
    assert.deepEqual(Object.keys(tape.outline as object), ['a', key, 'é', '__proto__']);
    assert.deepEqual((tape.value as Record<string, unknown>)['é'], ['ü', -0, 1000, null, true, {}]);
    assert.equal(Object.getPrototypeOf(tape.value), Object.prototype);
  }
});
