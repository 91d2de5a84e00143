import { event } from './event-stream.ts';
import { pieces, TURN_USAGE, type Turn } from './replay-turn.ts';

const USAGE = {
  inputTokens: TURN_USAGE.input,
  outputTokens: TURN_USAGE.output,
  totalTokens: TURN_USAGE.input + TURN_USAGE.output,
};

function stopReason(turn: Turn): string {
  return turn.calls === undefined ? 'end_turn' : 'tool_use';
}

/** A whole answer of Converse. */
export function converseAnswer(turn: Turn): object {
  const { thinking } = turn;
  const content = [
    ...(thinking === undefined ? [] : [{ reasoningContent: { reasoningText: { text: thinking.text } } }]),
    ...(turn.text === undefined ? [] : [{ text: turn.text }]),
    ...(turn.calls ?? []).map(({ id, name, input }) => ({ toolUse: { toolUseId: id, name, input } })),
  ];
  return {
    output: { message: { role: 'assistant', content } },
    stopReason: stopReason(turn),
    usage: USAGE,
    metrics: { latencyMs: 5 },
  };
}

/** The same as the frames of ConverseStream: text opens without a start, and the usage comes behind the stop. */
export function converseFrames(turn: Turn): Uint8Array[] {
  const blocks: (readonly Uint8Array[])[] = [];
  const delta = (value: object) =>
    event('contentBlockDelta', { contentBlockIndex: blocks.length, delta: value, p: 'abc' });
  const close = (frames: readonly Uint8Array[]) =>
    blocks.push([...frames, event('contentBlockStop', { contentBlockIndex: blocks.length, p: 'abcd' })]);
  if (turn.thinking !== undefined)
    close(pieces(turn.thinking.text).map((text) => delta({ reasoningContent: { text } })));
  if (turn.text !== undefined) close(pieces(turn.text).map((text) => delta({ text })));
  for (const { id, name, input } of turn.calls ?? []) {
    const start = { toolUse: { toolUseId: id, name } };
    close([
      event('contentBlockStart', { contentBlockIndex: blocks.length, start, p: 'a' }),
      ...pieces(JSON.stringify(input)).map((text) => delta({ toolUse: { input: text } })),
    ]);
  }
  return [
    event('messageStart', { role: 'assistant', p: 'ab' }),
    ...blocks.flat(),
    event('messageStop', { stopReason: stopReason(turn), p: 'abcde' }),
    event('metadata', { usage: USAGE, metrics: { latencyMs: 5 }, p: 'abcdef' }),
  ];
}
