import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scanJson } from '../../lambda/wire/json-scan.ts';
import { applyPatches, type Edit, type Patch, splice } from '../../lambda/wire/json-splice.ts';
import { JsonTape } from '../../lambda/wire/json-tape.ts';
import { generator, jsonString, spelledJson } from '../support/json-text.ts';

/** A value as it is written: its bytes as long as no edit went into it, and the order of its members. */
interface Written {
  raw: string | undefined;
  kind: 'object' | 'array' | 'leaf';
  children: { name: string; value: Written }[];
}

const scene = fc.record({
  text: spelledJson.map((spelled) => spelled.text),
  news: fc.array(
    spelledJson.map((spelled) => spelled.text.trim()),
    { minLength: 1, maxLength: 4 },
  ),
  names: fc.array(fc.oneof(fc.constantFrom('new', 'model'), jsonString), { minLength: 1, maxLength: 3 }),
  seed: fc.integer({ min: 1, max: 0x7ffffffe }),
  count: fc.integer({ min: 1, max: 6 }),
});

test('a splice reads as its edits applied in order to the parsed value, and keeps the bytes of all else', () => {
  fc.assert(
    fc.property(scene, ({ text, news, names, seed, count }) => {
      const next = generator(seed);
      const bytes = Buffer.from(text);
      const tape = scan(bytes);
      const expected = written(tape, 0);
      const edits = Array.from({ length: count }, () => anyEdit(expected, news, names, next));
      const result = splice(bytes, tape, edits);
      compare(written(scan(result), 0), expected);
      assert.deepEqual(Buffer.from(splice(bytes, tape, edits)), Buffer.from(result), 'deterministic');
      const first = text.slice(0, tape.start(0));
      assert.ok(Buffer.from(result).toString().startsWith(first), 'leading white space stays');
    }),
    { numRuns: 1000 },
  );
});

test('removing every member or element one after the other leaves valid JSON each time', () => {
  fc.assert(
    fc.property(spelledJson, fc.integer({ min: 1, max: 0x7ffffffe }), ({ text }, seed) => {
      const next = generator(seed);
      const bytes = Buffer.from(text);
      const tape = scan(bytes);
      const expected = written(tape, 0);
      const edits: Edit[] = [];
      while (expected.children.length > 0) {
        const at = next(expected.children.length);
        const part = expected.kind === 'array' ? at : expected.children[at]!.name;
        edits.push({ op: 'remove', path: [part] });
        expected.children.splice(at, 1);
        expected.raw = undefined;
        compare(written(scan(splice(bytes, tape, edits)), 0), expected);
      }
    }),
  );
});

test('patches inside strings and edits in one pass give what patching first and editing then gives', () => {
  fc.assert(
    fc.property(scene, ({ text, news, names, seed, count }) => {
      const next = generator(seed);
      const bytes = Buffer.from(text);
      const tape = scan(bytes);
      const patches: Patch[] = [];
      for (let token = 0; token < tape.length; token++) {
        if (tape.kind(token) !== 'string' || next(2) === 0) continue;
        patches.push({
          start: tape.start(token) + 1,
          end: tape.end(token) - 1,
          bytes: Buffer.from(`<${token}>`),
        });
      }
      const patched = applyPatches(bytes, patches.toReversed());
      const model = written(scan(patched), 0);
      const edits = Array.from({ length: count }, () => anyEdit(model, news, names, next));
      const together = splice(bytes, tape, edits, patches);
      assert.equal(
        Buffer.from(together).toString(),
        Buffer.from(splice(patched, scan(patched), edits)).toString(),
      );
    }),
  );
});

function scan(bytes: Uint8Array): JsonTape {
  const tape = scanJson(bytes, 200);
  assert.ok(tape instanceof JsonTape, Buffer.from(bytes).toString());
  return tape;
}

function written(tape: JsonTape, token: number): Written {
  const raw = tape.raw(token);
  if (tape.kind(token) === 'object') {
    const children = tape
      .members(token)
      .map(({ key, value }) => ({ name: tape.text(key), value: written(tape, value) }));
    return { raw, kind: 'object', children };
  }
  const children = tape.elements(token).map((element) => ({ name: '', value: written(tape, element) }));
  return { raw, kind: tape.kind(token) === 'array' ? 'array' : 'leaf', children };
}

function compare(actual: Written, expected: Written): void {
  assert.equal(actual.kind, expected.kind);
  if (expected.raw !== undefined) assert.equal(actual.raw, expected.raw);
  assert.deepEqual(
    actual.children.map((child) => child.name),
    expected.children.map((child) => child.name),
  );
  for (const [index, child] of actual.children.entries())
    compare(child.value, expected.children[index]!.value);
}

/** Makes an edit at a place of the model, mostly one that exists, and applies it to the model. */
function anyEdit(
  root: Written,
  news: readonly string[],
  names: readonly string[],
  next: (n: number) => number,
): Edit {
  const path: (string | number)[] = [];
  let node = root;
  let parent: Written | undefined;
  let at = -1;
  while (node.children.length > 0 && (path.length === 0 || next(3) > 0)) {
    parent = node;
    parent.raw = undefined;
    at = next(node.children.length);
    path.push(node.kind === 'array' ? at : node.children[at]!.name);
    node = node.children[at]!.value;
  }
  const choice = next(6);
  const name = names[next(names.length)]!;
  const json = news[next(news.length)]!;
  if (choice === 0 && parent !== undefined) {
    parent.children.splice(at, 1);
    return { op: 'remove', path };
  }
  const taken = parent?.children.some((child) => child.name === name);
  if (choice === 1 && parent?.kind === 'object' && !taken) {
    parent.children[at]!.name = name;
    return { op: 'rename', path, key: name };
  }
  if (choice === 2 && node.kind === 'array') {
    node.raw = undefined;
    node.children.push({ name: '', value: written(scan(Buffer.from(json)), 0) });
    return { op: 'set', path: [...path, node.children.length - 1], json };
  }
  if (choice <= 4) {
    setBelow(setBelow(node, name), 'deeper', json);
    return { op: 'set', path: [...path, name, 'deeper'], json };
  }
  Object.assign(node, written(scan(Buffer.from(json)), 0));
  return { op: 'set', path, json };
}

/** The member of a node that becomes an object if it is none, made if it is missing. */
function setBelow(node: Written, name: string, json = 'null'): Written {
  node.raw = undefined;
  if (node.kind !== 'object') {
    node.kind = 'object';
    node.children = [];
  }
  const made = written(scan(Buffer.from(json)), 0);
  const found = node.children.find((child) => child.name === name);
  if (found === undefined) node.children.push({ name, value: made });
  else if (name === 'deeper') Object.assign(found.value, made);
  return found?.value ?? made;
}
