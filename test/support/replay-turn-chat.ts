import { pieces, TURN_USAGE, type Turn } from './replay-turn.ts';

const CHAT_USAGE = {
  prompt_tokens: TURN_USAGE.input,
  completion_tokens: TURN_USAGE.output,
  total_tokens: TURN_USAGE.input + TURN_USAGE.output,
};

function toolCall(call: { readonly id: string; readonly name: string }, argumentsText: string): object {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: argumentsText } };
}

/** A whole answer of chat completions. */
export function completion(turn: Turn): object {
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

/** The same as the events of a stream. */
export function chatEvents(turn: Turn): string[] {
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
