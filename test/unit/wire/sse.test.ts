import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SseSplitter, SseTooLarge } from '../../../lambda/wire/sse.ts';

function split(...chunks: string[]): { events: unknown[]; rest: string } {
  const splitter = new SseSplitter(1000);
  const events = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)));
  return {
    events: events.map(({ raw, event, data }) => [Buffer.from(raw).toString(), event, data]),
    rest: Buffer.from(splitter.rest()).toString(),
  };
}

test('each event keeps its bytes, its name and its data', () => {
  assert.deepEqual(split('event: ping\ndata: {"a":1}\n\ndata: [DONE]\n\n'), {
    events: [
      ['event: ping\ndata: {"a":1}\n\n', 'ping', '{"a":1}'],
      ['data: [DONE]\n\n', undefined, '[DONE]'],
    ],
    rest: '',
  });
});

test('LF, CRLF and CR end lines, and U+2028 does not', () => {
  assert.deepEqual(split('data: a\r\n\r\ndata: b\r\rdata: c\u2028d\n\n').events, [
    ['data: a\r\n\r\n', undefined, 'a'],
    ['data: b\r\r', undefined, 'b'],
    ['data: c\u2028d\n\n', undefined, 'c\u2028d'],
  ]);
});

test('a CRLF that is cut in two stays one line end', () => {
  assert.deepEqual(split('data: a\r', '\n\r', '\ndata: b\r\n\r\n').events, [
    ['data: a\r\n\r\n', undefined, 'a'],
    ['data: b\r\n\r\n', undefined, 'b'],
  ]);
});

test('a blank line of a lone CR is complete with the next byte or the end of the stream', () => {
  const splitter = new SseSplitter(1000);
  assert.equal(splitter.push(Buffer.from('data: a\r\r')).length, 0);
  assert.equal(splitter.push(Buffer.from('d')).length, 1);
  assert.equal(splitter.push(Buffer.from('ata: b\r\r')).length, 0);
  assert.equal(Buffer.from(splitter.rest()).toString(), 'data: b\r\r');
  assert.deepEqual(
    splitter.end().map((event) => event.data),
    ['b'],
  );
  assert.equal(splitter.rest().length, 0);
});

test('data lines are joined, one space behind the colon is dropped, and a line without a colon is an empty field', () => {
  assert.deepEqual(split('data: a\ndata:b\ndata:  c\ndata\n\n').events, [
    ['data: a\ndata:b\ndata:  c\ndata\n\n', undefined, 'a\nb\n c\n'],
  ]);
  assert.deepEqual(split('data:\n\n').events, [['data:\n\n', undefined, '']]);
});

test('comments, retries, unknown fields and blank lines are events without data', () => {
  assert.deepEqual(split(': ping\n\nretry: 10\n\n\ndatabase: x\n\n').events, [
    [': ping\n\n', undefined, undefined],
    ['retry: 10\n\n', undefined, undefined],
    ['\n', undefined, undefined],
    ['database: x\n\n', undefined, undefined],
  ]);
});

test('a byte order mark at the start is no part of the first line, also when it is cut', () => {
  const bytes = Buffer.from('\ufeffdata: a\n\n');
  const splitter = new SseSplitter(1000);
  const events = Array.from(bytes, (byte) => splitter.push(Uint8Array.of(byte))).flat();
  assert.deepEqual(
    events.map((event) => [Buffer.from(event.raw).toString(), event.data]),
    [['\ufeffdata: a\n\n', 'a']],
  );
});

test('an unfinished event is the rest', () => {
  assert.deepEqual(split('data: a\n\ndata: {"b"', ':1}\n'), {
    events: [['data: a\n\n', undefined, 'a']],
    rest: 'data: {"b":1}\n',
  });
});

test('an event may be as large as the maximum, and one byte more throws after the events before it', () => {
  const fits = new SseSplitter(10);
  assert.equal(fits.push(Buffer.from('data: ab\n\n')).length, 1);
  const splitter = new SseSplitter(10);
  assert.equal(splitter.push(Buffer.from('data: a\n\ndata: abc\n\n')).length, 1);
  assert.throws(() => splitter.push(Buffer.from('data: b\n\n')), SseTooLarge);
  assert.throws(() => splitter.end(), { name: 'SseTooLarge', maxEventBytes: 10 });
});

test('an event that never ends throws once it is above the maximum', () => {
  const splitter = new SseSplitter(100);
  const endless = Buffer.from('data: xxxx');
  assert.throws(() => {
    for (let count = 0; count < 11; count++) splitter.push(endless);
  }, SseTooLarge);
});
