import type { Block, CacheMark, Conversation, TextBlock, Turn } from '../../core/chat/conversation.ts';
import type { TollgateError } from '../../core/errors.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { cacheOf, readContent, readText } from './read-content.ts';
import { readSettings } from './read-settings.ts';
import { readToolChoice, readTools } from './read-tools.ts';
import { type JsonObject, RequestReader } from './request-reader.ts';

/**
 * Claude Code begins its instructions with a line about the client's version. It says nothing to a model, and it changes
 * with every release, which would end every cached prompt behind it, so a translation leaves it out.
 */
const BILLING_LINE = 'x-anthropic-billing-header:';

/**
 * The whole of a Messages request for a translation. Reasoning comes back in blocks of its own here, so nothing is
 * restored from capsules: call ids lose them.
 */
export function readConversation(tape: JsonTape): Conversation | TollgateError {
  const reader = new RequestReader(tape);
  const body = reader.object(0, 'a JSON object');
  const system = readSystem(reader, body);
  const turns = body
    .list('messages', 'a list of at least one message')
    .map((token) => readTurn(reader, reader.object(token, 'a message object with a role and content')));
  askForPrefill(reader, turns);
  const tools = readTools(reader, body);
  const choice = readToolChoice(reader, body);
  const settings = readSettings(reader, body, choice.parallel);
  const mark = cacheOf(reader, body).cache;
  if (reader.problem !== undefined) return reader.problem;
  return {
    system,
    turns: mark === undefined ? turns : markLast(turns, mark),
    tools,
    toolChoice: choice.choice,
    settings,
    asked: reader.asked,
    notes: reader.notes,
  };
}

function readSystem(reader: RequestReader, body: JsonObject): readonly TextBlock[] {
  const system = body.get('system');
  if (system === undefined) return [];
  const { tape } = reader;
  if (tape.kind(system) === 'string') return [{ kind: 'text', text: tape.text(system) }];
  return body
    .list('system', 'a string or a list of text blocks')
    .map((token) => {
      const block = reader.object(token, 'a text block');
      if (block.text('type') !== 'text') reader.wrong(token, 'type', 'text');
      return readText(reader, block);
    })
    .filter(({ text }) => !text.startsWith(BILLING_LINE));
}

function readTurn(reader: RequestReader, message: JsonObject): Turn {
  const role = message.needText('role', 'user, assistant or system');
  const content = message.get('content');
  if (content === undefined) reader.wrong(message.token, 'content', 'a string or a list of content blocks');
  const blocks = content === undefined ? [] : readContent(reader, content, false);
  if (role === 'user' || role === 'assistant') return { role, content: blocks };
  if (role !== 'system') reader.wrong(message.token, 'role', 'user, assistant or system');
  reader.askOnce('system_turns', reader.tape.pathOf(message.token));
  return { role: 'system', content: blocks };
}

/** A conversation that ends with the assistant asks for an answer that goes on from there. */
function askForPrefill(reader: RequestReader, turns: readonly Turn[]): void {
  if (turns.at(-1)?.role === 'assistant') reader.ask('prefill', `messages[${turns.length - 1}]`);
}

/** A cache mark for the whole request stands for one behind the last block that can bear it. */
function markLast(turns: readonly Turn[], cache: CacheMark): readonly Turn[] {
  for (let at = turns.length - 1; at >= 0; at--) {
    const turn = turns[at];
    const last = turn?.content.findLastIndex(bearsMark) ?? -1;
    if (turn === undefined || last === -1) continue;
    const content = turn.content.map((block, index) =>
      index === last && bearsMark(block) ? { ...block, cache: block.cache ?? cache } : block,
    );
    return turns.with(at, { ...turn, content });
  }
  return turns;
}

function bearsMark(block: Block): block is Extract<Block, { readonly cache?: CacheMark }> {
  return !['thinking', 'redacted_thinking', 'refusal', 'opaque'].includes(block.kind);
}
