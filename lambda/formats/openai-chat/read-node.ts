import { wrongValue } from '../../core/chat/wrong-value.ts';
import type { TollgateError } from '../../core/errors.ts';
import { formatPath, type JsonPath } from '../../wire/json-path.ts';
import type { JsonTape, TokenKind } from '../../wire/json-tape.ts';

export type Fields = ReadonlyMap<string, RequestNode>;

/**
 * A value of a request and the way to it. What is not as it must be is thrown as the refusal that names it, for the one
 * function that reads a whole request to catch: reading goes many levels down.
 */
export class RequestNode {
  readonly #tape: JsonTape;
  readonly #token: number;
  readonly #parent: RequestNode | undefined;
  readonly #key: string | number;

  constructor(tape: JsonTape, token = 0, parent?: RequestNode, key: string | number = '') {
    this.#tape = tape;
    this.#token = token;
    this.#parent = parent;
    this.#key = key;
  }

  get path(): JsonPath {
    return this.#parent === undefined ? [] : [...this.#parent.path, this.#key];
  }

  /** The path as callers know it: `messages[2].content`. */
  get param(): string {
    return formatPath(this.path);
  }

  get kind(): TokenKind {
    return this.#tape.kind(this.#token);
  }

  /** The JSON text exactly as it is written. */
  get raw(): string {
    return this.#tape.raw(this.#token);
  }

  /** Members by name. One that is null counts as not given, as everywhere in this API. */
  fields(expected = 'an object'): Fields {
    if (this.kind !== 'object') throw this.wrong(expected);
    const fields = new Map<string, RequestNode>();
    for (const { key, value } of this.#tape.members(this.#token)) {
      if (this.#tape.kind(value) === 'null') continue;
      const name = this.#tape.text(key);
      fields.set(name, new RequestNode(this.#tape, value, this, name));
    }
    return fields;
  }

  elements(expected = 'a list'): readonly RequestNode[] {
    if (this.kind !== 'array') throw this.wrong(expected);
    return this.#tape
      .elements(this.#token)
      .map((element, index) => new RequestNode(this.#tape, element, this, index));
  }

  text(expected = 'a string'): string {
    if (this.kind !== 'string') throw this.wrong(expected);
    return this.#tape.text(this.#token);
  }

  number(expected = 'a number'): number {
    if (this.kind !== 'number') throw this.wrong(expected);
    return Number(this.raw);
  }

  boolean(): boolean {
    const { kind } = this;
    if (kind !== 'true' && kind !== 'false') throw this.wrong('true or false');
    return kind === 'true';
  }

  /** The refusal of this value. */
  wrong(expected: string): TollgateError {
    return wrongValue(this.#tape, this.path, expected);
  }

  /** The refusal for want of a member. */
  missing(name: string, expected: string): TollgateError {
    return wrongValue(this.#tape, [...this.path, name], expected);
  }
}
