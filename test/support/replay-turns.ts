import { events, json, type ReplayAnswer, recorded } from './replay-answer.ts';
import type { Play, SentRequest } from './replay-upstream.ts';

/** What a model says in one turn, whatever the format: the blocks in this order. */
export interface Turn {
  readonly thinking?: { readonly text: string; readonly signature: string };
  /** Data of a redacted thinking block. Only Claude has them. */
  readonly redacted?: string;
  readonly text?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly input: object }[];
}

/** Tokens that every turn is said to have used. */
export const TURN_USAGE = { input: 120, output: 30 };

/**
 * Answers that follow a script of turns, in the format and streaming that each request asks for. A request for a thread is
 * refused as Anthropic does, and takes no turn: the client then sends the whole conversation.
 */
export function turns(...script: readonly Turn[]): Play {
  let taken = 0;
  return (request) => {
    const [refusal] = recorded('synthetic/anthropic-error-400-thread-unsupported');
    if (request.json['thread'] !== undefined && refusal !== undefined) return refusal;
    const turn = script[taken];
    taken += 1;
    if (turn === undefined)
      return json(500, { error: { type: 'api_error', message: `the script has ${script.length} turns` } });
    return answerOf(turn, request);
  };
}

/** One turn as the answer to a request: Messages or chat completions by its path. */
export function answerOf(turn: Turn, request: SentRequest): ReplayAnswer {
  const stream = request.json['stream'] === true;
  if (request.path.startsWith('/v1/messages')) {
    return stream ? events(...messagesEvents(turn)) : json(200, message(turn, blocksOf(turn)));
  }
  return stream ? events(...chatEvents(turn)) : json(200, completion(turn));
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

function message(turn: Turn, content: readonly object[]): object {
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

function messagesEvents(turn: Turn): string[] {
  const usage = { input_tokens: TURN_USAGE.input, output_tokens: 0 };
  const start = { ...message(turn, []), stop_reason: null, usage };
  return [
    named({ type: 'message_start', message: start }),
    ...blocksOf(turn).flatMap((block, index) => [
      named({ type: 'content_block_start', index, content_block: emptied(block) }),
      ...deltasOf(block).map((delta) => named({ type: 'content_block_delta', index, delta })),
      named({ type: 'content_block_stop', index }),
    ]),
    named({
      type: 'message_delta',
      delta: { stop_reason: turn.calls === undefined ? 'end_turn' : 'tool_use', stop_sequence: null },
      usage: { input_tokens: TURN_USAGE.input, output_tokens: TURN_USAGE.output },
    }),
    named({ type: 'message_stop' }),
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

function named(event: { readonly type: string; readonly [member: string]: unknown }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

const CHAT_USAGE = {
  prompt_tokens: TURN_USAGE.input,
  completion_tokens: TURN_USAGE.output,
  total_tokens: TURN_USAGE.input + TURN_USAGE.output,
};

function toolCall(call: { readonly id: string; readonly name: string }, argumentsText: string): object {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: argumentsText } };
}

function completion(turn: Turn): object {
  return {
    id: 'chatcmpl-replayed',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'gpt-5.4-mini-2026-03-17',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: turn.text ?? null,
          refusal: null,
          ...(turn.thinking === undefined ? {} : { reasoning_content: turn.thinking.text }),
          ...(turn.calls === undefined
            ? {}
            : { tool_calls: turn.calls.map((call) => toolCall(call, JSON.stringify(call.input))) }),
        },
        logprobs: null,
        finish_reason: turn.calls === undefined ? 'stop' : 'tool_calls',
      },
    ],
    usage: CHAT_USAGE,
  };
}

function chatEvents(turn: Turn): string[] {
  const chunk = (choices: readonly object[], more: object = {}) =>
    `data: ${JSON.stringify({
      id: 'chatcmpl-replayed',
      object: 'chat.completion.chunk',
      created: 1_790_000_000,
      model: 'gpt-5.4-mini-2026-03-17',
      choices,
      ...more,
    })}\n\n`;
  const delta = (content: object, finish: string | null = null) =>
    chunk([{ index: 0, delta: content, logprobs: null, finish_reason: finish }]);
  return [
    delta({ role: 'assistant', content: '', refusal: null }),
    ...pieces(turn.thinking?.text ?? '').map((text) => delta({ reasoning_content: text })),
    ...pieces(turn.text ?? '').map((content) => delta({ content })),
    ...(turn.calls ?? []).flatMap((call, index) => [
      delta({ tool_calls: [{ index, ...toolCall(call, '') }] }),
      ...pieces(JSON.stringify(call.input)).map((text) =>
        delta({ tool_calls: [{ index, function: { arguments: text } }] }),
      ),
    ]),
    delta({}, turn.calls === undefined ? 'stop' : 'tool_calls'),
    chunk([], { usage: CHAT_USAGE }),
    'data: [DONE]\n\n',
  ];
}

/** Words, each with the space behind it: the pieces that a model's stream has. */
function pieces(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}
