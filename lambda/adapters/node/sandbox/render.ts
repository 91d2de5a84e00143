import type { SandboxAnswer } from './answer.ts';
import type { Behaviour } from './behaviours.ts';
import type { SandboxRequest } from './request.ts';

/** What is the same in every event of one answer. */
export interface Envelope {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
}

/** Bytes of a stream. `paced`: a word, before which the model takes its time. */
export interface Frame {
  readonly text: string;
  readonly paced: boolean;
}

export const ERROR_EVENT =
  'data: {"error":{"message":"The sandbox fails within the stream, as asked.","type":"server_error","param":null,"code":"sandbox_error"}}\n\n';

/**
 * The events of a streamed answer, one by one and only when asked for: role, reasoning and content of every choice in
 * turns, finish reasons, usage, `[DONE]`. Returns whether the body ends cleanly.
 */
export function* streamOf(
  request: SandboxRequest,
  behaviour: Behaviour,
  answers: readonly SandboxAnswer[],
  envelope: Envelope,
): Generator<Frame, 'end' | 'cut'> {
  const usage = request.includeUsage && behaviour.usage;
  const chunk = chunkWriter(envelope, usage);
  for (const [index, answer] of answers.entries()) {
    yield { text: chunk(index, { role: 'assistant', ...opening(answer) }, null), paced: false };
  }
  let sent = 0;
  for (const [index, delta] of deltas(answers)) {
    const stop = interruption(behaviour, sent);
    if (stop !== undefined) return yield* stop;
    yield { text: chunk(index, delta, null), paced: true };
    sent += 1;
  }
  const stop = interruption(behaviour, Number.POSITIVE_INFINITY);
  if (stop !== undefined) return yield* stop;
  for (const [index, answer] of answers.entries())
    yield { text: chunk(index, {}, answer.finish), paced: false };
  if (usage) yield { text: usageEvent(envelope, usageOf(request, answers)), paced: false };
  if (behaviour.done) yield { text: 'data: [DONE]\n\n', paced: false };
  return 'end';
}

function interruption(behaviour: Behaviour, sent: number): Generator<Frame, 'end' | 'cut'> | undefined {
  if (behaviour.errorAfter !== undefined && sent >= behaviour.errorAfter) return failing();
  return behaviour.cutAfter !== undefined && sent >= behaviour.cutAfter ? cutting() : undefined;
}

function* failing(): Generator<Frame, 'end'> {
  yield { text: ERROR_EVENT, paced: false };
  return 'end';
}

// biome-ignore lint/correctness/useYield: a cut sends nothing more, that is all it does.
function* cutting(): Generator<Frame, 'cut'> {
  return 'cut';
}

function opening(answer: SandboxAnswer): Record<string, unknown> {
  if (answer.kind === 'refusal') return { content: null, refusal: '' };
  return { content: answer.kind === 'tool' ? null : '' };
}

/** Pieces of all choices in turns, as a server that samples them together sends them. */
function* deltas(answers: readonly SandboxAnswer[]): Generator<[number, Record<string, unknown>]> {
  const queues = answers.map((answer) => deltasOf(answer));
  for (let open = queues.length; open > 0; ) {
    open = 0;
    for (const [index, queue] of queues.entries()) {
      const next = queue.next();
      if (next.done === true) continue;
      open += 1;
      yield [index, next.value];
    }
  }
}

function* deltasOf(answer: SandboxAnswer): Generator<Record<string, unknown>> {
  for (const piece of answer.reasoning) yield { reasoning_content: piece };
  if (answer.tool !== undefined) {
    const called = { name: answer.tool, arguments: '' };
    yield { tool_calls: [{ index: 0, id: TOOL_CALL_ID, type: 'function', function: called }] };
  }
  for (const piece of answer.pieces) {
    if (answer.kind === 'tool') yield { tool_calls: [{ index: 0, function: { arguments: piece } }] };
    else yield { [answer.kind]: piece };
  }
}

const TOOL_CALL_ID = 'call_sandbox_1';

function chunkWriter(
  envelope: Envelope,
  usage: boolean,
): (index: number, delta: unknown, finish: unknown) => string {
  const before = `data: ${JSON.stringify({ ...envelope, object: 'chat.completion.chunk' }).slice(0, -1)},"choices":[{"index":`;
  const after = usage ? '}],"usage":null}\n\n' : '}]}\n\n';
  return (index, delta, finish) =>
    `${before}${index},"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finish)}${after}`;
}

function usageEvent(envelope: Envelope, usage: unknown): string {
  return `data: ${JSON.stringify({ ...envelope, object: 'chat.completion.chunk', choices: [], usage })}\n\n`;
}

/** The whole body of an answer that is not streamed. */
export function bodyOf(
  request: SandboxRequest,
  behaviour: Behaviour,
  answers: readonly SandboxAnswer[],
  envelope: Envelope,
): string {
  const choices = answers.map((answer, index) => ({
    index,
    message: messageOf(answer),
    logprobs: null,
    finish_reason: answer.finish,
  }));
  const usage = behaviour.usage ? { usage: usageOf(request, answers) } : {};
  return JSON.stringify({ ...envelope, object: 'chat.completion', choices, ...usage });
}

function messageOf(answer: SandboxAnswer): Record<string, unknown> {
  const said = answer.pieces.join('');
  const called = { name: answer.tool, arguments: said };
  return {
    role: 'assistant',
    content: answer.kind === 'content' ? said : null,
    refusal: answer.kind === 'refusal' ? said : null,
    ...(answer.reasoning.length > 0 ? { reasoning_content: answer.reasoning.join('') } : {}),
    ...(answer.kind === 'tool'
      ? { tool_calls: [{ id: TOOL_CALL_ID, type: 'function', function: called }] }
      : {}),
  };
}

function usageOf(request: SandboxRequest, answers: readonly SandboxAnswer[]): Record<string, unknown> {
  const completion = answers.reduce((sum, answer) => sum + answer.tokens, 0);
  const reasoning = answers.reduce((sum, answer) => sum + answer.reasoning.length, 0);
  return {
    prompt_tokens: request.promptTokens,
    completion_tokens: completion,
    total_tokens: request.promptTokens + completion,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}
