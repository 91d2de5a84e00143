import type { Block, Conversation, ToolCallBlock, Turn } from '../../core/chat/conversation.ts';
import { jsonArray, jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import { answeredId, type CallId, callIds } from './write-ids.ts';
import { contentOf, type WriteContext } from './write-parts.ts';
import { echoMembers } from './write-reasoning.ts';

/** What stands between a tool's result and a user's words for a server that wants an answer to the result first. */
const BRIDGE = jsonObject({ role: '"assistant"', content: '"Done."' });

/** Whether a user speaks right behind a tool's result. */
export function speaksBehindResults(turns: readonly Turn[]): boolean {
  return runsOf(turns).some((run) => {
    const content = run.flatMap((turn) => turn.content);
    return (
      content.some(({ kind }) => kind === 'tool_result') && content.some(({ kind }) => kind !== 'tool_result')
    );
  });
}

/**
 * The messages as JSON texts. What is written for a turn depends on it and on earlier ones alone: user turns are not
 * joined, since a longer conversation would then change what a shorter one has said.
 */
export function writeMessages(conversation: Conversation, context: WriteContext): readonly string[] {
  const messages: string[] = [];
  if (conversation.system.some(({ text }) => text !== '')) {
    messages.push(jsonObject({ role: '"system"', content: contentOf(conversation.system, context) }));
  }
  let open: CallId[] = [];
  for (const [position, run] of runsOf(conversation.turns).entries()) {
    if (run[0]?.role === 'assistant') {
      const content = run.flatMap((turn) => turn.content);
      const calls = callIds(content.filter(isCall), position, context.quirks.ids);
      messages.push(...assistantMessage(content, run[0].name, calls, context));
      open = [...calls];
    } else {
      const results = toolMessages(run, open, context);
      const spoken = run.flatMap((turn) => spokenMessage(turn, context));
      const bridged = results.length > 0 && spoken.length > 0 && context.quirks.bridgesResults;
      messages.push(...results, ...(bridged ? [BRIDGE] : []), ...spoken);
    }
  }
  return messages;
}

/** Turns in groups: what the assistant said until somebody else speaks, and what was said to it until it answers. */
function runsOf(turns: readonly Turn[]): readonly (readonly Turn[])[] {
  const runs: Turn[][] = [];
  for (const turn of turns) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && (last[0].role === 'assistant') === (turn.role === 'assistant')) {
      last.push(turn);
    } else {
      runs.push([turn]);
    }
  }
  return runs;
}

function assistantMessage(
  content: readonly Block[],
  name: string | undefined,
  ids: readonly CallId[],
  context: WriteContext,
): readonly string[] {
  const { quirks } = context;
  const said = content.filter(({ kind }) => kind === 'text' || (kind === 'refusal' && !quirks.refusals));
  const text = said.map((block) => ('text' in block ? block.text : '')).join('');
  const refusal = content.flatMap((block) => (block.kind === 'refusal' ? [block.text] : [])).join('');
  const calls = content
    .filter(isCall)
    .map((call, index) => writeCall(call, ids[index]?.sent ?? call.id, index === 0 ? quirks.callExtra : {}));
  const echo = echoMembers(content, context);
  // Nothing is left of a turn that was another model's thinking alone, and some servers refuse an empty message.
  if (content.length > 0 && said.length + calls.length === 0 && refusal === '' && isEmpty(echo)) return [];
  const other = calls.length > 0 || (refusal !== '' && quirks.refusals);
  const message = jsonObject({
    role: '"assistant"',
    name: context.takes('participant_names') ? jsonValue(name) : undefined,
    content: text === '' && other ? 'null' : jsonString(text),
    refusal: refusal !== '' && quirks.refusals ? jsonString(refusal) : undefined,
    ...echo,
    tool_calls: calls.length === 0 ? undefined : jsonArray(calls),
  });
  return [message];
}

function isEmpty(members: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(members).length === 0;
}

function writeCall(call: ToolCallBlock, id: string, extra: Readonly<Record<string, string>>): string {
  const name = jsonString(call.name);
  if (call.custom) {
    const custom = jsonObject({ name, input: jsonString(call.input) });
    return jsonObject({ id: jsonString(id), type: '"custom"', custom });
  }
  const made = jsonObject({ name, arguments: jsonString(call.input.trim() === '' ? '{}' : call.input) });
  return jsonObject({ id: jsonString(id), type: '"function"', function: made, ...extra });
}

/** One message per result, in the order of the calls, before anything else that is said to the assistant. */
function toolMessages(run: readonly Turn[], open: CallId[], context: WriteContext): readonly string[] {
  const order = open.map(({ sent }) => sent);
  const answers = run
    .flatMap(({ content }) => content)
    .flatMap((block) => (block.kind === 'tool_result' ? [block] : []))
    .map((block) => {
      const id = answeredId(open, block.id, context.quirks.ids);
      const texts = block.content.filter(({ kind }) => kind === 'text' || kind === 'document');
      const content = contentOf(texts, context, block.cache);
      const json = jsonObject({ role: '"tool"', tool_call_id: jsonString(id), content });
      return { place: order.indexOf(id), json };
    });
  return answers.sort((a, b) => a.place - b.place).map(({ json }) => json);
}

/** What a user or the system said in a turn; nothing where the turn was only results. */
function spokenMessage(turn: Turn, context: WriteContext): readonly string[] {
  const said = turn.content.filter(({ kind }) => kind !== 'tool_result');
  if (said.length === 0 && turn.content.length > 0) return [];
  return [
    jsonObject({
      role: turn.role === 'system' ? '"system"' : '"user"',
      name: context.takes('participant_names') ? jsonValue(turn.name) : undefined,
      content: contentOf(said, context),
    }),
  ];
}

function isCall(block: Block): block is ToolCallBlock {
  return block.kind === 'tool_call';
}
