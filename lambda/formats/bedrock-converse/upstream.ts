import type { ChatUpstream, CountUpstream } from '../format.ts';
import { readHttpError } from './errors.ts';
import { type Family, familyOf, thinksLikeClaude } from './families.ts';
import { lossesOfValues } from './losses.ts';
import { readAnswer } from './read-answer.ts';
import { ConverseStreamReader } from './read-stream.ts';
import { supportOf } from './support.ts';
import { isRecord } from './usage.ts';
import { writeCount, writeRequest } from './write.ts';

/** Converse for a model of which nothing is known but that it speaks it. */
export const bedrockConverse: ChatUpstream = chatUpstream('other');

/** Converse as the model of this id takes it. */
export function converseFor(model: string): ChatUpstream {
  return chatUpstream(familyOf(model));
}

/** CountTokens over a conversation in Converse's words, for a model of which nothing more is known. */
export const bedrockCount: CountUpstream = countUpstream('other');

export function countFor(model: string): CountUpstream {
  return countUpstream(familyOf(model));
}

/** Input tokens in an answer of CountTokens. */
export function readCount(value: unknown): number | undefined {
  const count = isRecord(value) ? value['inputTokens'] : undefined;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

function chatUpstream(family: Family): ChatUpstream {
  return {
    name: 'bedrock-converse',
    support: supportOf(family),
    losses: (conversation, capabilities) => lossesOfValues(conversation, capabilities, family),
    write: (conversation, send) => writeRequest(conversation, send, family),
    readAnswer,
    streamReader: (target, maxEventBytes) => new ConverseStreamReader(target, maxEventBytes),
    readHttpError,
    takesSigned: (own, capabilities) => own || thinksLikeClaude(family, capabilities),
    // Bedrock reserves the model's whole output against the quota where no cap is sent.
    needsMaxTokens: true,
    // The metadata event with its usage ends every stream; without it the answer was cut.
    endsBare: false,
  };
}

function countUpstream(family: Family): CountUpstream {
  return {
    name: 'bedrock-converse',
    losses: (conversation, capabilities) => lossesOfValues(conversation, capabilities, family),
    write: (conversation, send) => writeCount(conversation, send, family),
    readCount,
    readHttpError,
  };
}
