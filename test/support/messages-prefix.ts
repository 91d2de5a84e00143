import assert from 'node:assert/strict';
import { scanJson } from '../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../lambda/wire/json-tape.ts';

/** Where the list of messages lies in a body, its closing bracket left out: from there on it can only grow. */
export function messagesIn(body: string): { readonly start: number; readonly end: number } {
  const tape = scanJson(Buffer.from(body), 128);
  assert.ok(tape instanceof JsonTape);
  const messages = tape.find(['messages']);
  assert.ok(messages !== undefined);
  return { start: tape.start(messages), end: tape.end(messages) - 1 };
}
