import type { Asked, Feature } from '../../core/chat/features.ts';
import { wrongValue } from '../../core/chat/wrong-value.ts';
import type { TollgateError } from '../../core/errors.ts';
import { formatPath } from '../../wire/json-path.ts';
import type { JsonTape, TokenKind } from '../../wire/json-tape.ts';

/**
 * What is gathered while a request is read for a translation: the features it asks for, notes, and the first value that
 * is not what it must be. Reading goes on behind a wrong value with an empty one, and the whole is refused at the end.
 */
export class RequestReader {
  readonly tape: JsonTape;
  readonly asked: Asked[] = [];
  readonly notes: string[] = [];
  problem: TollgateError | undefined;
  readonly #once = new Set<string>();

  constructor(tape: JsonTape) {
    this.tape = tape;
  }

  ask(feature: Feature, param: string): void {
    this.asked.push({ feature, param });
  }

  /** For what blocks ask for again and again: the first place stands for all of its `key`, for it is told in a header. */
  askOnce(feature: Feature, param: string, key: string = feature): void {
    if (this.#once.has(key)) return;
    this.#once.add(key);
    this.ask(feature, param);
  }

  /** An object's members; an error where the token is none. `what` follows "expected ". */
  object(token: number, what: string): JsonObject {
    if (this.tape.kind(token) !== 'object') this.wrong(token, undefined, what);
    return new JsonObject(this, token);
  }

  /** Remembers that a value, or the member `name` of an object, is not what it must be. */
  wrong(token: number, name: string | undefined, expected: string): void {
    const path = this.tape.path(token);
    this.problem ??= wrongValue(this.tape, name === undefined ? path : [...path, name], expected);
  }
}

/** An object of the request. Members that are null count as missing: this API reads them so. */
export class JsonObject {
  readonly token: number;
  readonly #reader: RequestReader;
  readonly #members = new Map<string, number>();

  constructor(reader: RequestReader, token: number) {
    this.#reader = reader;
    this.token = token;
    for (const { key, value } of reader.tape.members(token)) {
      if (reader.tape.kind(value) !== 'null') this.#members.set(reader.tape.text(key), value);
    }
  }

  names(): Iterable<string> {
    return this.#members.keys();
  }

  get(name: string): number | undefined {
    return this.#members.get(name);
  }

  /** The path of a member as callers know it: `messages[2].content`. */
  param(name: string): string {
    return formatPath([...this.#reader.tape.path(this.token), name]);
  }

  text(name: string): string | undefined {
    const token = this.#typed(name, 'a string', 'string');
    return token === undefined ? undefined : this.#reader.tape.text(token);
  }

  number(name: string): number | undefined {
    const token = this.#typed(name, 'a number', 'number');
    return token === undefined ? undefined : Number(this.#reader.tape.raw(token));
  }

  flag(name: string): boolean | undefined {
    const token = this.#typed(name, 'true or false', 'true', 'false');
    return token === undefined ? undefined : this.#reader.tape.kind(token) === 'true';
  }

  /** A member with its own bytes, whatever it is. */
  raw(name: string): string | undefined {
    const token = this.#members.get(name);
    return token === undefined ? undefined : this.#reader.tape.raw(token);
  }

  child(name: string, what: string): JsonObject | undefined {
    const token = this.#members.get(name);
    return token === undefined ? undefined : this.#reader.object(token, what);
  }

  list(name: string, what: string): readonly number[] {
    const token = this.#typed(name, what, 'array');
    return token === undefined ? [] : this.#reader.tape.elements(token);
  }

  /** A text that must be there; empty where it is not, which is an error. */
  needText(name: string, what: string): string {
    const text = this.text(name);
    if (text === undefined) this.#reader.wrong(this.token, name, what);
    return text ?? '';
  }

  #typed(name: string, what: string, ...kinds: readonly TokenKind[]): number | undefined {
    const token = this.#members.get(name);
    if (token === undefined) return undefined;
    if (kinds.includes(this.#reader.tape.kind(token))) return token;
    this.#reader.wrong(token, undefined, what);
    return undefined;
  }
}
