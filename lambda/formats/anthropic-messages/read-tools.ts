import type { Tool, ToolChoice } from '../../core/chat/conversation.ts';
import { cacheOf } from './read-content.ts';
import type { JsonObject, RequestReader } from './request-reader.ts';

/** What a custom tool can say and every format can tell. */
const COMMON = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control']);
/** Asks for pieces of arguments as early as possible, which is how a translated stream comes in any case. */
const HARMLESS = new Set(['eager_input_streaming']);

/** The caller's own tools. Those that Anthropic defines or runs have no equal elsewhere and are told as asked for. */
export function readTools(reader: RequestReader, body: JsonObject): readonly Tool[] {
  const tools: Tool[] = [];
  for (const token of body.list('tools', 'a list of tools')) {
    const tool = reader.object(token, 'a tool object with a name');
    const type = tool.text('type') ?? 'custom';
    if (type === 'custom') {
      reader.askOnce('tools', 'tools');
      tools.push(readTool(reader, tool));
    } else reader.ask('hosted_tools', reader.tape.pathOf(token));
  }
  return tools;
}

function readTool(reader: RequestReader, tool: JsonObject): Tool {
  for (const name of tool.names()) {
    if (!COMMON.has(name) && !HARMLESS.has(name)) reader.askOnce('unknown', tool.param(name), `tool ${name}`);
  }
  return {
    kind: 'function',
    name: tool.needText('name', 'the name of the tool'),
    description: tool.text('description'),
    schema: tool.raw('input_schema'),
    strict: tool.flag('strict'),
    ...cacheOf(reader, tool),
  };
}

export interface ToolChoiceRead {
  readonly choice: ToolChoice | undefined;
  /** Undefined: the format's default, parallel calls allowed. */
  readonly parallel: boolean | undefined;
}

export function readToolChoice(reader: RequestReader, body: JsonObject): ToolChoiceRead {
  const given = body.child('tool_choice', 'an object such as {"type": "auto"}');
  if (given === undefined) return { choice: undefined, parallel: undefined };
  const single = given.flag('disable_parallel_tool_use') === true;
  if (single) reader.ask('single_tool_call', given.param('disable_parallel_tool_use'));
  const parallel = single ? false : undefined;
  const type = given.needText('type', 'auto, any, tool or none');
  // With `auto` the model decides, as it does when nothing is said.
  if (type === 'auto') return { choice: { type }, parallel };
  reader.ask('tool_choice', 'tool_choice');
  switch (type) {
    case 'any':
      return { choice: { type: 'required' }, parallel };
    case 'none':
      return { choice: { type }, parallel };
    case 'tool':
      return { choice: { type, name: given.needText('name', 'the name of the tool') }, parallel };
    default:
      reader.wrong(given.token, 'type', 'auto, any, tool or none');
      return { choice: undefined, parallel };
  }
}
