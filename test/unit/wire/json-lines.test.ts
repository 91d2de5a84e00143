import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JsonLineSplitter, LineTooLarge } from '../../../lambda/wire/json-lines.ts';

const text = (bytes: readonly Uint8Array[]): string[] => bytes.map((each) => Buffer.from(each).toString());

describe('a stream of JSON lines', () => {
  it('is split into its lines wherever its bytes are cut', () => {
    const line = fc.json({ maxDepth: 2 }).map((json) => `${json}\n`);
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        fc.constantFrom('', '{"unfinished', '\r'),
        fc.array(fc.nat(200), { maxLength: 12 }),
        (lines, rest, places) => {
          const stream = Buffer.from(lines.join('') + rest);
          const splitter = new JsonLineSplitter(10_000);
          const cuts = [0, ...places.map((place) => Math.min(place, stream.length)), stream.length];
          const found = cuts
            .toSorted((a, b) => a - b)
            .flatMap((cut, index, all) =>
              splitter.push(stream.subarray(cut, all[index + 1] ?? stream.length)),
            );
          assert.deepEqual(text(found), lines);
          assert.equal(Buffer.from(splitter.rest()).toString(), rest);
        },
      ),
    );
  });

  it('gives the same lines byte by byte, inside a character as well', () => {
    const stream = Buffer.from('{"a":"漢字 😀"}\n\n{"b":1}\r\n{"c"');
    const splitter = new JsonLineSplitter(100);
    const lines = [...stream].flatMap((byte) => splitter.push(Buffer.of(byte)));
    assert.deepEqual(text(lines), ['{"a":"漢字 😀"}\n', '\n', '{"b":1}\r\n']);
    assert.equal(Buffer.from(splitter.rest()).toString(), '{"c"');
  });

  it('fails at a line above its maximum, after the lines before it', () => {
    const splitter = new JsonLineSplitter(6);
    assert.deepEqual(text(splitter.push(Buffer.from('12345\n123456\n1\n'))), ['12345\n']);
    assert.throws(() => splitter.push(Buffer.from('\n')), LineTooLarge);
  });

  it('fails at a line that grows above its maximum without an end', () => {
    const splitter = new JsonLineSplitter(6);
    assert.deepEqual(splitter.push(Buffer.from('123456')), []);
    assert.throws(() => splitter.push(Buffer.from('7')), LineTooLarge);
  });
});
