import type { RequestNode } from './read-node.ts';
import type { Reading } from './reading.ts';
import type { Draft } from './settings-draft.ts';

const KNOWN = new Set(['type', 'json_schema', 'schema']);
const KNOWN_OF_SCHEMA = new Set(['name', 'description', 'schema', 'strict']);

/** `response_format`. A `json_object` with a schema, as instructor sends it, is a `json_schema` without a name. */
export function readResponseFormat(node: RequestNode, { settings }: Draft, reading: Reading): void {
  const fields = node.fields('an object with a type');
  const type = fields.get('type')?.text();
  reading.askUnknown(fields, KNOWN);
  const loose = fields.get('schema');
  if (type === 'text') return;
  if (type === 'json_object' && loose === undefined) {
    reading.ask('json_object', node);
    settings.responseFormat = { type: 'json_object' };
    return;
  }
  if (type === 'json_object' && loose !== undefined) {
    reading.ask('json_schema', node);
    settings.responseFormat = {
      type: 'json_schema',
      name: undefined,
      schema: schemaOf(loose),
      strict: undefined,
    };
    return;
  }
  if (type !== 'json_schema') throw node.missing('type', 'text, json_object or json_schema');
  const format = fields.get('json_schema');
  if (format === undefined) throw node.missing('json_schema', 'an object with a name and a schema');
  const inner = format.fields('an object with a name and a schema');
  reading.askUnknown(inner, KNOWN_OF_SCHEMA);
  const schema = inner.get('schema');
  if (schema === undefined) throw format.missing('schema', 'a JSON schema, an object');
  const description = inner.get('description')?.text();
  reading.ask('json_schema', node);
  settings.responseFormat = {
    type: 'json_schema',
    name: inner.get('name')?.text(),
    schema: schemaOf(schema),
    strict: inner.get('strict')?.boolean(),
    ...(description === undefined ? {} : { description }),
  };
}

function schemaOf(schema: RequestNode): string {
  if (schema.kind !== 'object') throw schema.wrong('a JSON schema, an object');
  return schema.raw;
}
