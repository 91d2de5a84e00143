import { wrongValue } from '../../core/chat/wrong-value.ts';
import type { TollgateError } from '../../core/errors.ts';
import { isRecord } from '../../core/json-value.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { EXPECTED, MOST_INPUTS } from './types.ts';

/** What `input` holds: how many texts, and whether they are given as token ids. */
export interface InputShape {
  readonly count: number;
  readonly tokenIds: boolean;
}

/** Checks `input` by its shape alone: a string, strings, token ids, or lists of token ids. */
export function inputShape(tape: JsonTape): InputShape | TollgateError {
  const input = isRecord(tape.outline) ? tape.outline['input'] : undefined;
  if (typeof input === 'string') return { count: 1, tokenIds: false };
  const wrong = (...path: readonly number[]) => wrongValue(tape, ['input', ...path], EXPECTED.input);
  if (!Array.isArray(input) || input.length === 0) return wrong();
  const [first] = input;
  if (typeof first === 'number') {
    const at = input.findIndex((token) => !isToken(token));
    return at === -1 ? { count: 1, tokenIds: true } : wrongValue(tape, ['input', at], EXPECTED.token);
  }
  if (input.length > MOST_INPUTS) return tooMany(tape, input.length);
  if (typeof first === 'string') {
    const at = input.findIndex((text) => typeof text !== 'string');
    return at === -1
      ? { count: input.length, tokenIds: false }
      : wrongValue(tape, ['input', at], EXPECTED.text);
  }
  if (!Array.isArray(first)) return wrong(0);
  return listsOfTokens(tape, input);
}

function listsOfTokens(tape: JsonTape, input: readonly unknown[]): InputShape | TollgateError {
  for (const [index, tokens] of input.entries()) {
    if (!Array.isArray(tokens) || tokens.length === 0) {
      return wrongValue(tape, ['input', index], EXPECTED.tokens);
    }
    const at = tokens.findIndex((token) => !isToken(token));
    if (at !== -1) return wrongValue(tape, ['input', index, at], EXPECTED.token);
  }
  return { count: input.length, tokenIds: true };
}

function isToken(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function tooMany(tape: JsonTape, count: number): TollgateError {
  return wrongValue(tape, ['input'], `${EXPECTED.input}; it has ${count}, split the request`);
}
