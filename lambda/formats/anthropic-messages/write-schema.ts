import type { Json } from '../../core/chat/conversation.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { jsonString } from '../../wire/json-write.ts';
import { scan } from './raw.ts';

/** String formats that the API enforces. Source: Anthropic API, "Structured outputs", and the official SDK. */
const FORMATS = new Set(
  ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'].map(
    jsonString,
  ),
);
/** Keywords that are taken as they are. */
const KEPT = new Set(['$ref', 'type', 'enum', 'const', 'description', 'title', 'required', 'default']);
/** Keywords that constrain nothing. */
const SILENT = new Set(['$schema', '$id', '$comment']);
const MAPS = new Set(['properties', '$defs', 'definitions']);
const LISTS = new Set(['anyOf', 'allOf']);

export interface StrictSchema {
  readonly json: Json;
  /** Some constraints are told to the model in descriptions, for the API does not enforce them. */
  readonly weakened: boolean;
}

/**
 * A schema as structured outputs and strict tools take it: every object closed, and what is not in the supported subset
 * of JSON Schema moved into the description, as the official SDKs do. A schema that needs no change keeps its bytes.
 */
export function strictSchema(schema: Json): StrictSchema {
  const tape = scan(schema);
  if (tape === undefined) return { json: schema, weakened: false };
  const writer = new SchemaWriter(tape);
  const json = writer.schema(0);
  return writer.changed ? { json, weakened: writer.weakened } : { json: schema, weakened: false };
}

class SchemaWriter {
  changed = false;
  weakened = false;
  readonly #tape: JsonTape;

  constructor(tape: JsonTape) {
    this.#tape = tape;
  }

  schema(token: number): Json {
    const tape = this.#tape;
    if (tape.kind(token) !== 'object') return tape.raw(token);
    const members: string[] = [];
    const told: string[] = [];
    const names = new Map(tape.members(token).map(({ key, value }) => [tape.text(key), value]));
    for (const [name, value] of names) {
      const written = this.#member(name, value, names);
      if (written !== undefined) members.push(written);
      else if (!SILENT.has(name)) told.push(`${name}: ${tape.raw(value)}`);
    }
    if (this.#isObject(names) && !names.has('additionalProperties')) {
      this.changed = true;
      members.push('"additionalProperties":false');
    }
    if (members.length + told.length < names.size) this.changed = true;
    if (told.length === 0) return `{${members.join(',')}}`;
    this.changed = true;
    this.weakened = true;
    const description = names.get('description');
    const before = description === undefined ? '' : `${tape.text(description)}\n\n`;
    const others = members.filter((member) => !member.startsWith('"description":'));
    return `{${[...others, `"description":${jsonString(`${before}{${told.join(', ')}}`)}`].join(',')}}`;
  }

  /** Undefined: the keyword cannot be sent. */
  #member(name: string, value: number, all: ReadonlyMap<string, number>): string | undefined {
    const raw = this.#tape.raw(value);
    const kind = this.#tape.kind(value);
    if (KEPT.has(name)) return member(name, raw);
    if (MAPS.has(name) && kind === 'object') return member(name, this.#map(value));
    if (LISTS.has(name) && kind === 'array') return member(name, this.#list(value));
    if (name === 'items' && kind === 'object') return member(name, this.schema(value));
    if (name === 'format' && FORMATS.has(raw)) return member(name, raw);
    if (name === 'minItems' && (raw === '0' || raw === '1')) return member(name, raw);
    if (name === 'oneOf' && kind === 'array' && !all.has('anyOf')) {
      this.changed = true;
      this.weakened = true;
      return member('anyOf', this.#list(value));
    }
    if (name !== 'additionalProperties') return undefined;
    if (kind !== 'false') {
      this.changed = true;
      // A closed object is still valid where any property was allowed, but one that maps names to values is lost.
      this.weakened ||= kind === 'object';
    }
    return member(name, 'false');
  }

  #map(token: number): Json {
    const members = this.#tape.members(token);
    return `{${members.map(({ key, value }) => `${this.#tape.raw(key)}:${this.schema(value)}`).join(',')}}`;
  }

  #list(token: number): Json {
    return `[${this.#tape
      .elements(token)
      .map((element) => this.schema(element))
      .join(',')}]`;
  }

  #isObject(names: ReadonlyMap<string, number>): boolean {
    const type = names.get('type');
    if (type === undefined) return names.has('properties');
    const types = this.#tape.kind(type) === 'array' ? this.#tape.elements(type) : [type];
    return types.some((token) => this.#tape.raw(token) === '"object"');
  }
}

function member(name: string, json: Json): string {
  return `${jsonString(name)}:${json}`;
}
