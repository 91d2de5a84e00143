import type { Conversation, Settings, Tool, ToolChoice } from '../../core/chat/conversation.ts';
import { isRecord } from '../../core/json-value.ts';
import { jsonArray, jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import type { WriteContext } from './write-parts.ts';

/** Chat completions want a schema for every function; this one takes no arguments. */
const NO_ARGUMENTS = '{"type":"object","properties":{}}';
/** A schema needs a name here, which other formats do not give. */
const ANSWER_NAME = 'answer';

export function toolMembers(
  { tools, toolChoice, settings }: Conversation,
  context: WriteContext,
): Readonly<Record<string, string | undefined>> {
  const offered = tools.filter(({ kind }) => kind === 'function' || context.takes('custom_tools'));
  if (offered.length === 0) return {};
  const parallel =
    settings.parallelToolCalls === undefined || !context.takes('single_tool_call')
      ? undefined
      : String(settings.parallelToolCalls);
  return {
    tools: jsonArray(offered.map(writeTool)),
    tool_choice:
      toolChoice === undefined || !context.takes('tool_choice')
        ? undefined
        : writeChoice(toolChoice, offered, context),
    parallel_tool_calls: parallel,
  };
}

function writeTool(tool: Tool): string {
  const name = jsonString(tool.name);
  const description = jsonValue(tool.description);
  if (tool.kind === 'custom') {
    return jsonObject({ type: '"custom"', custom: jsonObject({ name, description }) });
  }
  const parameters = tool.schema ?? NO_ARGUMENTS;
  const made = jsonObject({ name, description, parameters, strict: jsonValue(tool.strict) });
  return jsonObject({ type: '"function"', function: made });
}

function writeChoice(choice: ToolChoice, tools: readonly Tool[], { quirks }: WriteContext): string {
  if (choice.type !== 'tool') return jsonString(choice.type);
  if (!quirks.namedToolChoice) return '"required"';
  const kind = tools.find(({ name }) => name === choice.name)?.kind ?? 'function';
  return jsonObject({ type: jsonString(kind), [kind]: jsonObject({ name: jsonString(choice.name) }) });
}

/** `response_format`; undefined where none is asked for, or none can be given. */
export function responseFormat(
  format: Settings['responseFormat'],
  context: WriteContext,
): string | undefined {
  if (format === undefined) return undefined;
  if (format.type === 'json_object') {
    return context.takes('json_object') ? '{"type":"json_object"}' : undefined;
  }
  if (!context.takes('json_schema')) return undefined;
  const strict = format.strict ?? (fitsStrict(parse(format.schema)) ? true : undefined);
  const schema = jsonObject({
    name: jsonString(format.name ?? ANSWER_NAME),
    description: jsonValue(format.description),
    schema: format.schema,
    strict: jsonValue(strict),
  });
  return jsonObject({ type: '"json_schema"', json_schema: schema });
}

/**
 * Whether a schema is one that OpenAI binds answers to strictly: every object closed, every property required. Formats
 * that always bind have no word for it, and asking for it with another schema is refused.
 */
function fitsStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(fitsStrict);
  if (!isRecord(schema)) return true;
  const { properties, required } = schema;
  if (schema['type'] === 'object' || properties !== undefined) {
    const names = isRecord(properties) ? Object.keys(properties) : [];
    const all = Array.isArray(required) ? required : [];
    if (schema['additionalProperties'] !== false || !names.every((name) => all.includes(name))) return false;
  }
  return Object.values(schema).every(fitsStrict);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
