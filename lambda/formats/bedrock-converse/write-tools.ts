import type { Conversation, Tool, ToolChoice } from '../../core/chat/conversation.ts';
import { TollgateError } from '../../core/errors.ts';
import { jsonArray, jsonObject, jsonString } from '../../wire/json-write.ts';
import { cachePoint } from './write-content.ts';

/** Bedrock refuses a schema that is absent, so a tool without one takes an empty object. */
const NO_INPUT = '{"type":"object","properties":{}}';

/** Source: AWS, Bedrock API reference, "ToolSpecification". */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
/** Characters of a wrong name that an error shows. */
const SHOWN_CHARACTERS = 64;

/** The refusal of a tool whose name Converse does not take. */
export function badToolName({ tools }: Conversation): TollgateError | undefined {
  const wrong = tools.find(({ kind, name }) => kind === 'function' && !NAME.test(name));
  if (wrong === undefined) return undefined;
  const { name } = wrong;
  const shown = name.length <= SHOWN_CHARACTERS ? name : `${name.slice(0, SHOWN_CHARACTERS)}...`;
  return new TollgateError(
    'invalid_request',
    `The tool ${jsonString(shown)} cannot be offered to this model: the name of a tool must have 1 to 64 letters, digits, underscores and hyphens. Rename it`,
    { param: 'tools' },
  );
}

export interface ToolUse {
  /** Whether cache marks are written. */
  readonly caches: boolean;
  /** Whether the model may be made to call a tool: Claude refuses that while it thinks on a budget. */
  readonly forced: boolean;
}

/**
 * `toolConfig`; undefined where there is nothing to say. Converse has no `none`, and wants the tools as soon as the history
 * has tool blocks: then they stay, and without that they go. Where the caller left them out, those of the history stand in.
 */
export function toolConfig(conversation: Conversation, { caches, forced }: ToolUse): string | undefined {
  const used = usedTools(conversation);
  const none = conversation.toolChoice?.type === 'none';
  if (none && used.length === 0) return undefined;
  const given = conversation.tools.filter(({ kind }) => kind === 'function');
  const tools = given.flatMap((tool) =>
    caches && tool.cache !== undefined ? [toolSpec(tool), cachePoint(tool.cache)] : [toolSpec(tool)],
  );
  if (tools.length === 0) tools.push(...used.map((name) => spec(name, {}, NO_INPUT)));
  if (tools.length === 0) return undefined;
  const choice = given.length > 0 && forced ? toolChoice(conversation.toolChoice, given) : undefined;
  return jsonObject({ tools: jsonArray(tools), toolChoice: choice });
}

/** Whether the tools are offered although the caller wants none called. */
export function offersUnwanted(conversation: Conversation): boolean {
  return conversation.toolChoice?.type === 'none' && usedTools(conversation).length > 0;
}

/** Names of the tools that the history calls, in the order of their first call. */
function usedTools({ turns }: Conversation): readonly string[] {
  const names = new Set<string>();
  for (const { content } of turns) {
    for (const block of content) if (block.kind === 'tool_call') names.add(block.name);
  }
  return [...names];
}

function toolSpec({ name, description, schema, strict }: Tool): string {
  const told = {
    description: description === undefined || description === '' ? undefined : jsonString(description),
    strict: strict === true ? 'true' : undefined,
  };
  return spec(name, told, schema ?? NO_INPUT);
}

function spec(
  name: string,
  { description, strict }: { description?: string | undefined; strict?: string | undefined },
  schema: string,
): string {
  return jsonObject({
    toolSpec: jsonObject({
      name: jsonString(name),
      description,
      inputSchema: jsonObject({ json: schema }),
      strict,
    }),
  });
}

function toolChoice(choice: ToolChoice | undefined, given: readonly Tool[]): string | undefined {
  if (choice?.type === 'required') return '{"any":{}}';
  // A tool that was left out cannot be called.
  if (choice?.type === 'tool' && given.some(({ name }) => name === choice.name))
    return jsonObject({ tool: jsonObject({ name: jsonString(choice.name) }) });
  return undefined;
}
