import { array, member, text } from './json.ts';
import { byteLength } from './tokens.ts';

/** What the sandbox reads from a chat completion request. */
export interface SandboxRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly choices: number;
  readonly promptTokens: number;
  /** Text of the last user message; empty if there is none. */
  readonly said: string;
  /** Text of the tool's result that came last, if the conversation ends with one. */
  readonly toolResult: string | undefined;
  readonly tool: { readonly name: string; readonly schema: unknown } | undefined;
  /** The schema of a structured answer; `{}` for any object. */
  readonly answerSchema: unknown;
}

/** Choices of one answer, as OpenAI bounds them. */
const MAX_CHOICES = 128;

/** Undefined if the bytes are no JSON object with a list of messages. */
export function readRequest(body: Uint8Array | undefined): SandboxRequest | undefined {
  const json = parse(body);
  const messages = member(json, 'messages');
  if (!Array.isArray(messages)) return undefined;
  const last: unknown = messages.at(-1);
  const said = messages.findLast((message) => member(message, 'role') === 'user');
  const n = member(json, 'n');
  const bytes = messages.reduce<number>((sum, message) => sum + byteLength(textOf(message)), 0);
  return {
    model: text(member(json, 'model')),
    stream: member(json, 'stream') === true,
    includeUsage: member(member(json, 'stream_options'), 'include_usage') === true,
    maxTokens: limitOf(json),
    stop: stopOf(member(json, 'stop')),
    choices: typeof n === 'number' && n >= 1 ? Math.min(Math.floor(n), MAX_CHOICES) : 1,
    promptTokens: Math.ceil(bytes / 4),
    said: textOf(said),
    toolResult: member(last, 'role') === 'tool' ? textOf(last) : undefined,
    tool: toolOf(json),
    answerSchema: answerSchemaOf(member(json, 'response_format')),
  };
}

function parse(body: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(body ?? []).toString());
  } catch {
    return undefined;
  }
}

/** A message's text: a string, or the text parts of a list, joined. */
function textOf(message: unknown): string {
  const content = member(message, 'content');
  if (typeof content === 'string') return content;
  return array(content)
    .map((part) => text(member(part, 'text')))
    .filter((part) => part !== '')
    .join('\n');
}

function limitOf(json: unknown): number {
  const limit = member(json, 'max_completion_tokens') ?? member(json, 'max_tokens');
  return typeof limit === 'number' && limit >= 0 ? Math.floor(limit) : Number.POSITIVE_INFINITY;
}

function stopOf(stop: unknown): readonly string[] {
  const all = typeof stop === 'string' ? [stop] : array(stop);
  return all.map(text).filter((each) => each !== '');
}

/** The first offered tool, or the one that `tool_choice` names; none for `none`. */
function toolOf(json: unknown): SandboxRequest['tool'] {
  const choice = member(json, 'tool_choice');
  if (choice === 'none') return undefined;
  const named = text(member(member(choice, 'function'), 'name'));
  const offered = array(member(json, 'tools')).map((tool) => member(tool, 'function'));
  const tool = named === '' ? offered[0] : offered.find((each) => member(each, 'name') === named);
  const name = text(member(tool, 'name'));
  return name === '' ? undefined : { name, schema: member(tool, 'parameters') ?? { type: 'object' } };
}

function answerSchemaOf(format: unknown): unknown {
  const type = member(format, 'type');
  if (type === 'json_object') return { type: 'object', properties: { answer: { type: 'string' } } };
  return type === 'json_schema' ? member(member(format, 'json_schema'), 'schema') : undefined;
}
