import * as z from 'zod';
import type { Path } from './not-built.ts';

/** Takes wrappers off: optional values, and text that is converted after it was read. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional) return bare(schema.unwrap());
  if (schema instanceof z.ZodPipe) return bare(schema.in);
  return schema;
}

/** The mappings that may stand at a schema's place: one, or of a union the one that the value's discriminator names. */
function mappings(schema: z.core.$ZodType, value: unknown): readonly z.ZodObject[] {
  const inner = bare(schema);
  if (inner instanceof z.ZodObject) return [inner];
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return [];
  const all = inner.options.filter((option) => option instanceof z.ZodObject);
  const tag = inner.def.discriminator;
  const chosen = all.filter((option) => accepts(option.shape[tag], member(value, tag)));
  return chosen.length > 0 ? chosen : all;
}

function accepts(schema: z.core.$ZodType | undefined, value: unknown): boolean {
  return schema instanceof z.ZodLiteral && schema.values.has(value as z.core.util.Literal);
}

function member(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function step(schema: z.core.$ZodType, value: unknown, key: string | number): z.core.$ZodType | undefined {
  const inner = bare(schema);
  if (inner instanceof z.ZodArray) return typeof key === 'number' ? inner.element : undefined;
  if (inner instanceof z.ZodRecord) return inner.valueType;
  return mappings(inner, value)
    .map((mapping) => mapping.shape[key])
    .find((found) => found !== undefined);
}

/** The schema of a place in a config, along the variants that the value itself chooses; undefined for unknown places. */
export function schemaAt(root: z.core.$ZodType, value: unknown, path: Path): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = root;
  let here = value;
  for (const key of path) {
    schema = schema === undefined ? undefined : step(schema, here, key);
    here = member(here, key);
  }
  return schema;
}

/** The keys that a closed mapping allows at a place; empty where any key or none is allowed. */
export function keysAt(root: z.core.$ZodType, value: unknown, path: Path): readonly string[] {
  const schema = schemaAt(root, value, path);
  if (schema === undefined) return [];
  const found = path.reduce<unknown>(member, value);
  return [...new Set(mappings(schema, found).flatMap((mapping) => Object.keys(mapping.shape)))];
}

/** The description of a place, through its wrappers; `each` entry's own where a list or record has none. */
export function descriptionAt(root: z.core.$ZodType, value: unknown, path: Path): string | undefined {
  let schema = schemaAt(root, value, path);
  while (schema !== undefined) {
    const text = z.globalRegistry.get(schema)?.description;
    if (text !== undefined) return text;
    const inner: z.core.$ZodType = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
    schema = inner === schema ? undefined : inner;
  }
  return undefined;
}

/** Whether a place takes a decimal as text too, so that a number must be handed over as it was written. */
export function takesText(root: z.core.$ZodType, value: unknown, path: Path): boolean {
  const schema = schemaAt(root, value, path);
  const inner = schema === undefined ? undefined : bare(schema);
  return inner instanceof z.ZodUnion && inner.options.some((option) => option instanceof z.ZodString);
}
