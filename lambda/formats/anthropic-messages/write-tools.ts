import type { Conversation, Json, Tool } from '../../core/chat/conversation.ts';
import { TollgateError } from '../../core/errors.ts';
import { splice } from '../../wire/json-splice.ts';
import { jsonArray, jsonObject, jsonString } from '../../wire/json-write.ts';
import { scan } from './raw.ts';
import { cacheControl } from './write-cache.ts';
import { strictSchema } from './write-schema.ts';

/** Source: Anthropic API reference, `Tool.name`. */
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;
/** Characters of a wrong name that an error shows. */
const SHOWN_CHARACTERS = 64;

const NO_INPUT = '{"type":"object","properties":{}}';
/** A free-form tool takes one text. */
export const TEXT_INPUT =
  '{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}';

/** The `tools` of a request; undefined where there are none. */
export function toolsJson(tools: readonly Tool[]): Json | undefined | TollgateError {
  if (tools.length === 0) return undefined;
  const wrong = tools.find(({ name }) => !NAME.test(name));
  if (wrong !== undefined) return wrongName(wrong.name);
  return jsonArray(tools.map(toolJson));
}

/** `forced`: whether a call may be forced; thinking with a budget does not allow it, and the choice becomes `auto`. */
export function toolChoiceJson(conversation: Conversation, forced: boolean): Json | undefined {
  const { tools, toolChoice, settings } = conversation;
  if (tools.length === 0) return undefined;
  const single = settings.parallelToolCalls === false ? 'true' : undefined;
  if (toolChoice === undefined) {
    return single && jsonObject({ type: '"auto"', disable_parallel_tool_use: single });
  }
  switch (toolChoice.type) {
    case 'none':
      return '{"type":"none"}';
    case 'required':
      return jsonObject({ type: forced ? '"any"' : '"auto"', disable_parallel_tool_use: single });
    case 'tool':
      return jsonObject({
        type: forced ? '"tool"' : '"auto"',
        name: forced ? jsonString(toolChoice.name) : undefined,
        disable_parallel_tool_use: single,
      });
    default:
      return jsonObject({ type: '"auto"', disable_parallel_tool_use: single });
  }
}

function toolJson(tool: Tool): Json {
  const { name, description, strict, cache } = tool;
  return jsonObject({
    name: jsonString(name),
    description: description === undefined ? undefined : jsonString(description),
    input_schema: tool.kind === 'custom' ? TEXT_INPUT : inputSchema(tool),
    strict: strict === true ? 'true' : undefined,
    cache_control: cacheControl(cache),
  });
}

function inputSchema({ schema, strict }: Tool): Json {
  if (schema === undefined) return NO_INPUT;
  const fit = strict === true ? strictSchema(schema).json : schema;
  const tape = scan(fit);
  if (tape === undefined || tape.kind(0) !== 'object' || tape.find(['type']) !== undefined) return fit;
  // The API wants the type of every input named; a schema without one means an object too.
  const edited = splice(tape.bytes, tape, [{ op: 'set', path: ['type'], json: '"object"' }]);
  return Buffer.from(edited).toString();
}

function wrongName(name: string): TollgateError {
  const shown = name.length <= SHOWN_CHARACTERS ? name : `${name.slice(0, SHOWN_CHARACTERS)}...`;
  return new TollgateError(
    'invalid_request',
    `The tool ${jsonString(shown)} cannot be offered to this model: the name of a tool must have 1 to 128 letters, digits, underscores and hyphens. Rename it`,
    { param: 'tools' },
  );
}
