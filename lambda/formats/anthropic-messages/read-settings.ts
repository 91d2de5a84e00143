import type { Settings } from '../../core/chat/conversation.ts';
import type { Feature } from '../../core/chat/features.ts';
import { readReasoning } from './read-reasoning.ts';
import type { JsonObject, RequestReader } from './request-reader.ts';

/** Parameters that are read elsewhere, or that mean nothing beyond the view. */
const READ_ELSEWHERE = new Set([
  'model',
  'messages',
  'system',
  'stream',
  'cache_control',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
]);

/** Parameters with a feature of their own; everything else that is given is one that only this API knows. */
const FEATURES: Readonly<Record<string, Feature>> = {
  max_tokens: 'max_tokens',
  temperature: 'temperature',
  top_p: 'top_p',
  top_k: 'top_k',
  stop_sequences: 'stop',
  service_tier: 'service_tier',
  thread: 'threads',
  container: 'hosted_tools',
  mcp_servers: 'hosted_tools',
};

/** Values that ask for nothing, as raw JSON. */
const SAYS_NOTHING: Readonly<Record<string, string>> = {
  service_tier: '"auto"',
  speed: '"standard"',
  stop_sequences: '[]',
  mcp_servers: '[]',
};

/** Everything of the request but its turns and tools. `parallel`: what `tool_choice` says of parallel calls. */
export function readSettings(
  reader: RequestReader,
  body: JsonObject,
  parallel: boolean | undefined,
): Settings {
  for (const name of body.names()) {
    if (READ_ELSEWHERE.has(name) || isEmpty(body.raw(name), SAYS_NOTHING[name])) continue;
    reader.ask(FEATURES[name] ?? 'unknown', body.param(name));
  }
  const tier = body.text('service_tier');
  return {
    ...given('temperature', body.number('temperature')),
    ...given('topP', body.number('top_p')),
    ...given('topK', body.number('top_k')),
    stop: readStop(reader, body),
    ...given('parallelToolCalls', parallel),
    ...readReasoning(reader, body),
    ...readFormat(reader, body),
    ...given('endUser', readUser(reader, body)),
    ...given('serviceTier', tier === 'auto' ? undefined : tier),
  };
}

/** A member to spread; none where the value is undefined. */
function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  // A computed name widens to `string` in the type of an object literal.
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]: Value });
}

function isEmpty(raw: string | undefined, empty: string | undefined): boolean {
  return empty !== undefined && raw?.replace(/\s/g, '') === empty;
}

function readStop(reader: RequestReader, body: JsonObject): readonly string[] {
  return body.list('stop_sequences', 'a list of strings').map((token) => {
    if (reader.tape.kind(token) !== 'string') reader.wrong(token, undefined, 'a string');
    return reader.tape.text(token);
  });
}

function readUser(reader: RequestReader, body: JsonObject): string | undefined {
  const metadata = body.child('metadata', 'an object such as {"user_id": "..."}');
  if (metadata === undefined) return undefined;
  for (const name of metadata.names())
    reader.ask(name === 'user_id' ? 'end_user' : 'metadata', metadata.param(name));
  return metadata.text('user_id');
}

/** `output_config.format`, and `output_format` as it was called before. */
function readFormat(reader: RequestReader, body: JsonObject): Pick<Settings, 'responseFormat'> {
  const expected = 'an object such as {"type": "json_schema", "schema": {...}}';
  const config = body.child('output_config', 'an object such as {"effort": "medium"}');
  const owner = config?.get('format') === undefined ? body : config;
  const name = owner === body ? 'output_format' : 'format';
  const format = owner.child(name, expected);
  if (format === undefined) return {};
  reader.ask('json_schema', owner.param(name));
  const schema = format.raw('schema');
  if (format.text('type') !== 'json_schema') reader.wrong(format.token, 'type', 'json_schema');
  if (schema === undefined) reader.wrong(format.token, 'schema', 'a JSON schema');
  return {
    responseFormat: { type: 'json_schema', name: undefined, schema: schema ?? '{}', strict: undefined },
  };
}
