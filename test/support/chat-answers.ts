import type { BlockHead, ChatEvent, FinishReason } from '../../lambda/core/chat/events.ts';
import type { AnswerFacts } from '../../lambda/formats/format.ts';
import { ChatStreamWriter } from '../../lambda/formats/openai-chat/write-stream.ts';

export const FACTS: AnswerFacts = {
  requestId: 'req-1',
  target: 'anthropic/claude-x',
  created: 1_700_000_000,
  includeUsage: true,
  warnings: [],
  sealer: undefined,
  capsuleCharacters: 16_000,
};

export const START: ChatEvent = { type: 'start', id: 'msg_1', model: 'claude-x-1' };

/** Events of one block: opened, its pieces, closed. */
export function block(
  number: number,
  head: BlockHead,
  pieces: readonly string[] = [],
  signature?: string,
  choice = 0,
): ChatEvent[] {
  return [
    { type: 'open', choice, block: number, head },
    ...pieces.map((text): ChatEvent => ({ type: 'text', choice, block: number, text })),
    ...(signature === undefined
      ? []
      : [{ type: 'signature', choice, block: number, signature } satisfies ChatEvent]),
    { type: 'close', choice, block: number },
  ];
}

export function call(id: string, name: string, custom = false): BlockHead {
  return { kind: 'tool_call', id, name, custom };
}

export function finish(reason: FinishReason, native: string = reason, choice = 0): ChatEvent {
  return { type: 'finish', choice, reason, native };
}

/** The whole stream as a client gets it. */
export function streamed(events: readonly ChatEvent[], facts: AnswerFacts = FACTS, costUsd?: string): string {
  const writer = new ChatStreamWriter(facts);
  return `${events.map((event) => writer.write(event)).join('')}${writer.finish(costUsd)}data: [DONE]\n\n`;
}

// A test reads JSON that it looks into freely.
// biome-ignore lint/suspicious/noExplicitAny: chunks are looked into member by member
export function chunksOf(stream: string): any[] {
  return stream
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)));
}
