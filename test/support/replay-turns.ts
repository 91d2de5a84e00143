import { event } from './event-stream.ts';
import { events, json, type ReplayAnswer, recorded } from './replay-answer.ts';
import type { Turn } from './replay-turn.ts';
import { chatEvents, completion } from './replay-turn-chat.ts';
import { converseAnswer, converseFrames } from './replay-turn-converse.ts';
import { message, messageEvents } from './replay-turn-messages.ts';
import type { Play, SentRequest } from './replay-upstream.ts';

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

/** One turn as the answer to a request; its path says which format, and on Bedrock whether it streams. */
export function answerOf(turn: Turn, request: SentRequest): ReplayAnswer {
  const stream = request.json['stream'] === true;
  switch (request.path.split('?')[0]?.split('/').at(-1)) {
    case 'invoke':
      return json(200, message(turn));
    case 'invoke-with-response-stream':
      return frames(
        messageEvents(turn).map((each) =>
          event('chunk', { bytes: Buffer.from(JSON.stringify(each)).toString('base64'), p: 'abc' }),
        ),
      );
    case 'converse':
      return json(200, converseAnswer(turn));
    case 'converse-stream':
      return frames(converseFrames(turn));
    case 'messages':
      return stream
        ? events(
            ...messageEvents(turn).map((each) => `event: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`),
          )
        : json(200, message(turn));
    default:
      return stream ? events(...chatEvents(turn)) : json(200, completion(turn));
  }
}

function frames(pieces: readonly Uint8Array[]): ReplayAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/vnd.amazon.eventstream' },
    pieces,
    stream: true,
    end: 'whole',
  };
}
