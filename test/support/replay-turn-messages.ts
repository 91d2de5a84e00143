import { pieces, TURN_USAGE, type Turn } from './replay-turn.ts';

export interface MessageEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** The content blocks of a turn, as Claude gives them and wants them back. */
export function blocksOf(turn: Turn): Readonly<Record<string, unknown>>[] {
  return [
    ...(turn.thinking === undefined
      ? []
      : [{ type: 'thinking', thinking: turn.thinking.text, signature: turn.thinking.signature }]),
    ...(turn.redacted === undefined ? [] : [{ type: 'redacted_thinking', data: turn.redacted }]),
    ...(turn.text === undefined ? [] : [{ type: 'text', text: turn.text }]),
    ...(turn.calls ?? []).map((call) => ({ type: 'tool_use', ...call })),
  ];
}

/** A whole answer of the Messages format. */
export function message(turn: Turn, content: readonly object[] = blocksOf(turn)): object {
  return {
    id: 'msg_01ReplayedTurn',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5-20251001',
    content,
    stop_reason: turn.calls === undefined ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: TURN_USAGE.input, output_tokens: TURN_USAGE.output },
  };
}

/** The events of the same as a stream, each as the value of its `data`. */
export function messageEvents(turn: Turn): readonly MessageEvent[] {
  const usage = { input_tokens: TURN_USAGE.input, output_tokens: 0 };
  const start = { ...message(turn, []), stop_reason: null, usage };
  return [
    { type: 'message_start', message: start },
    ...blocksOf(turn).flatMap((block, index) => [
      { type: 'content_block_start', index, content_block: emptied(block) },
      ...deltasOf(block).map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    {
      type: 'message_delta',
      delta: { stop_reason: turn.calls === undefined ? 'end_turn' : 'tool_use', stop_sequence: null },
      usage: { input_tokens: TURN_USAGE.input, output_tokens: TURN_USAGE.output },
    },
    { type: 'message_stop' },
  ];
}

function emptied(block: Readonly<Record<string, unknown>>): object {
  if (block['type'] === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  if (block['type'] === 'text') return { type: 'text', text: '' };
  if (block['type'] === 'tool_use') return { ...block, input: {} };
  return block;
}

function deltasOf(block: Readonly<Record<string, unknown>>): object[] {
  if (block['type'] === 'thinking')
    return [
      ...pieces(String(block['thinking'])).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: block['signature'] },
    ];
  if (block['type'] === 'text')
    return pieces(String(block['text'])).map((text) => ({ type: 'text_delta', text }));
  if (block['type'] === 'tool_use')
    return pieces(JSON.stringify(block['input'])).map((text) => ({
      type: 'input_json_delta',
      partial_json: text,
    }));
  return [];
}
