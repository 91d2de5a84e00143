import { array, member, text } from './json.ts';

/** Nesting of a sample; a schema that refers to itself ends there. */
const DEPTH = 6;
/** Members of one object, and items of one array. */
const WIDTH = 50;

/**
 * A value that fits a JSON schema, the same each time: the first choice of an enum, the smallest number, one item, all
 * properties. Free strings take `words`, so that what the caller said comes back in a tool's arguments.
 */
export function sampleOf(schema: unknown, words: string): unknown {
  return sample(schema, words, schema, 0);
}

function sample(schema: unknown, words: string, root: unknown, depth: number): unknown {
  if (depth > DEPTH) return null;
  const fixed = member(schema, 'const') ?? array(member(schema, 'enum'))[0] ?? member(schema, 'default');
  if (fixed !== undefined) return fixed;
  const other = referred(schema, root) ?? firstOf(schema);
  if (other !== undefined) return sample(other, words, root, depth + 1);
  switch (typeOf(schema)) {
    case 'object':
      return objectSample(schema, words, root, depth);
    case 'array': {
      const count = Math.min(Math.max(number(schema, 'minItems', 1), 1), WIDTH);
      return Array.from({ length: count }, () => sample(member(schema, 'items'), words, root, depth + 1));
    }
    case 'integer':
      return Math.ceil(number(schema, 'minimum', 1));
    case 'number':
      return number(schema, 'minimum', 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return stringSample(schema, words);
  }
}

function objectSample(schema: unknown, words: string, root: unknown, depth: number): Record<string, unknown> {
  const properties = member(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return {};
  const entries = Object.entries(properties).slice(0, WIDTH);
  return Object.fromEntries(entries.map(([name, each]) => [name, sample(each, words, root, depth + 1)]));
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  time: '12:00:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function stringSample(schema: unknown, words: string): string {
  const format = FORMATS[text(member(schema, 'format'))];
  if (format !== undefined) return format;
  const value = (words === '' ? 'example' : words).padEnd(
    Math.min(number(schema, 'minLength', 0), 1_000),
    '.',
  );
  return value.slice(0, number(schema, 'maxLength', value.length)).toWellFormed();
}

/** The schema behind `$ref: "#/..."`. */
function referred(schema: unknown, root: unknown): unknown {
  const ref = text(member(schema, '$ref'));
  if (!ref.startsWith('#/')) return undefined;
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => member(at, name), root);
}

function firstOf(schema: unknown): unknown {
  return (
    array(member(schema, 'anyOf'))[0] ??
    array(member(schema, 'oneOf'))[0] ??
    array(member(schema, 'allOf'))[0]
  );
}

function typeOf(schema: unknown): string {
  const type = member(schema, 'type');
  if (typeof type === 'string') return type;
  const first = array(type)[0];
  if (typeof first === 'string') return first;
  return member(schema, 'properties') === undefined ? 'string' : 'object';
}

function number(schema: unknown, name: string, otherwise: number): number {
  const value = member(schema, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
