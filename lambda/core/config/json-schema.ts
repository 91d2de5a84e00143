import * as z from 'zod';
import { configSchema } from './schema.ts';

/** The parts of a JSON Schema that the config's schema makes use of. */
export interface JsonSchema {
  $schema?: string;
  $id?: string;
  title?: string;
  type?: string;
  description?: string;
  /** In words, where the default is no constant. Not part of JSON Schema; published within the description. */
  defaultText?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
}

/** The schema with its own words, as the reference page reads it. */
export function describedSchema(): JsonSchema {
  // Draft 7 is what the YAML extensions of editors understand best. The library's type also allows what it never makes
  // of this schema, such as booleans in place of schemas.
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' }) as JsonSchema;
}

/** The JSON Schema of tollgate.yaml, for editors: what is accepted in the file, with a description of every key. */
export function jsonSchema(): JsonSchema {
  const { $schema = '', ...rest } = described(describedSchema());
  return { $schema, title: 'tollgate.yaml', ...rest };
}

/** Puts defaults that are words where an editor shows them. */
function described(schema: JsonSchema): JsonSchema {
  const copy: JsonSchema = { ...schema };
  if (copy.defaultText !== undefined)
    copy.description = `${copy.description ?? ''} Default: ${copy.defaultText}.`;
  delete copy.defaultText;
  // A whole number without an upper bound is given the largest that a float holds, which tells nobody anything.
  if (copy.maximum === Number.MAX_SAFE_INTEGER) delete copy.maximum;
  if (copy.properties !== undefined) {
    const members = Object.entries(copy.properties).map(([key, member]) => [key, described(member)]);
    copy.properties = Object.fromEntries(members);
  }
  if (typeof copy.additionalProperties === 'object')
    copy.additionalProperties = described(copy.additionalProperties);
  if (copy.items !== undefined) copy.items = described(copy.items);
  if (copy.anyOf !== undefined) copy.anyOf = copy.anyOf.map(described);
  if (copy.oneOf !== undefined) copy.oneOf = copy.oneOf.map(described);
  return copy;
}
