import { plainId } from '../../core/chat/capsule.ts';
import type { Block, CacheMark, TextBlock, ToolResultBlock, Turn } from '../../core/chat/conversation.ts';
import { readCalls } from './read-calls.ts';
import type { Fields, RequestNode } from './read-node.ts';
import { readContent, readTexts } from './read-parts.ts';
import { readReasoning } from './read-reasoning.ts';
import { marked, type Reading } from './reading.ts';
import { restoreTurn } from './restore-turn.ts';

export interface ReadMessages {
  readonly system: readonly TextBlock[];
  readonly turns: readonly Turn[];
}

/**
 * Members of messages. Those of an assistant message are also what clients copy from an answer into the next request
 * although they ask for nothing there.
 */
const KNOWN = new Set(['role', 'content', 'name', 'prompt_cache_breakpoint', 'cache_control']);
const KNOWN_OF_TOOL = new Set([...KNOWN, 'tool_call_id', 'is_error']);
const KNOWN_OF_ASSISTANT = new Set([
  ...KNOWN,
  'refusal',
  'audio',
  'tool_calls',
  'function_call',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'reasoning_signature',
  'thinking_blocks',
  'annotations',
  'parsed',
  'provider_specific_fields',
]);

/** Reads messages in their order: instructions before the first turn apart, later ones as turns at their place. */
export function readMessages(messages: RequestNode, reading: Reading): ReadMessages {
  const system: TextBlock[] = [];
  const turns: Turn[] = [];
  const elements = messages.elements();
  /** Ids of calls of the last assistant message that no message has answered, for answers that name none. */
  let unanswered: string[] = [];
  for (const [index, message] of elements.entries()) {
    const fields = message.fields('a message object with a role');
    const role = fields.get('role')?.text();
    switch (role) {
      case 'system':
      case 'developer': {
        const content = markLast(readTexts(fields.get('content'), reading), reading.cacheMark(fields));
        reading.askUnknown(fields, KNOWN);
        if (turns.length > 0) {
          reading.ask('system_turns', message);
          turns.push({ role: 'system', content, ...named(fields, reading) });
          break;
        }
        named(fields, reading);
        system.push(...content);
        break;
      }
      case 'user': {
        const content = markLast(readContent(fields.get('content'), reading), reading.cacheMark(fields));
        reading.askUnknown(fields, KNOWN);
        turns.push({ role: 'user', content, ...named(fields, reading) });
        break;
      }
      case 'assistant': {
        const content = readAssistant(message, fields, reading);
        turns.push({ role: 'assistant', content, ...named(fields, reading) });
        unanswered = content.flatMap((block) => (block.kind === 'tool_call' ? [block.id] : []));
        if (index === elements.length - 1) reading.ask('prefill', message);
        break;
      }
      case 'tool':
      case 'function': {
        const result = readResult(message, fields, unanswered, reading);
        unanswered = unanswered.filter((id) => id !== result.id);
        turns.push({ role: 'user', content: [result] });
        break;
      }
      default:
        throw message.missing('role', 'system, developer, user, assistant, tool or function');
    }
  }
  return { system, turns };
}

function named(fields: Fields, reading: Reading): { readonly name?: string } {
  const name = fields.get('name');
  if (name === undefined) return {};
  reading.ask('participant_names', name);
  return { name: name.text() };
}

function readAssistant(message: RequestNode, fields: Fields, reading: Reading): readonly Block[] {
  reading.askUnknown(fields, KNOWN_OF_ASSISTANT);
  const audio = fields.get('audio');
  // An earlier spoken answer by its id, which only OpenAI's servers can look up.
  if (audio !== undefined) reading.ask('files', audio);
  const content = readContent(fields.get('content'), reading);
  const refused = fields.get('refusal')?.text() ?? '';
  const rest: readonly Block[] = refused === '' ? [] : [{ kind: 'refusal', text: refused }];
  const calls = readCalls(message, fields, reading);
  const cache = reading.cacheMark(fields);
  const texts = content.filter((block) => block.kind === 'text');
  if (texts.length === content.length && rest.length === 0) {
    const restored = restoreTurn(texts, calls, message.param, reading);
    if (restored !== undefined) return markLast(restored, cache);
  }
  const made = calls.map(({ call }) => call);
  return markLast([...readReasoning(fields, message.param, reading), ...content, ...rest, ...made], cache);
}

/** A `tool` message, or a `function` message from before calls had ids, which answers the last call. */
function readResult(
  message: RequestNode,
  fields: Fields,
  unanswered: readonly string[],
  reading: Reading,
): ToolResultBlock {
  reading.askUnknown(fields, KNOWN_OF_TOOL);
  const given = fields.get('tool_call_id')?.text() ?? '';
  const id = given === '' ? unanswered[0] : plainId(given);
  if (id === undefined) throw message.missing('tool_call_id', 'the id of the tool call that it answers');
  const error = fields.get('is_error');
  const isError = error?.boolean() === true;
  if (error !== undefined && isError) reading.ask('tool_errors', error);
  const content = readContent(fields.get('content'), reading);
  if (content.some(({ kind }) => kind !== 'text')) reading.ask('tool_result_media', message);
  const { unmarked, mark } = takeMarks(content);
  const cache = reading.cacheMark(fields) ?? mark;
  return { kind: 'tool_result', id, content: unmarked, isError, ...marked(cache) };
}

/** A breakpoint inside a result becomes one behind the result: no format has any in between. */
function takeMarks(content: readonly Block[]): { unmarked: readonly Block[]; mark: CacheMark | undefined } {
  let mark: CacheMark | undefined;
  const unmarked = content.map((block): Block => {
    if (!('cache' in block) || block.cache === undefined) return block;
    mark = block.cache;
    const { cache: _, ...rest } = block;
    return rest;
  });
  return { unmarked, mark };
}

/** A breakpoint on a message stands behind its last block. */
function markLast<B extends Block>(blocks: readonly B[], cache: CacheMark | undefined): readonly B[] {
  const last = blocks.at(-1);
  if (cache === undefined || last === undefined) return blocks;
  if (
    last.kind !== 'text' &&
    last.kind !== 'image' &&
    last.kind !== 'document' &&
    last.kind !== 'tool_call'
  ) {
    return blocks;
  }
  return [...blocks.slice(0, -1), { ...last, cache }];
}
