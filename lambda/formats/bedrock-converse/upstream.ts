import { countIn, isRecord } from '../../core/json-value.ts';
import type { ChatUpstream, CountUpstream } from '../format.ts';
import { readHttpError } from './errors.ts';
import { type Family, familyOf, thinksLikeClaude } from './families.ts';
import { lossesOfValues } from './losses.ts';
import { readAnswer } from './read-answer.ts';
import { ConverseStreamReader } from './read-stream.ts';
import { supportOf } from './support.ts';
import { writeCount, writeRequest } from './write.ts';

/** Made once: a request asks for its family's several times. */
const CHAT: Readonly<Record<Family, ChatUpstream>> = {
  claude: chatUpstream('claude'),
  nova: chatUpstream('nova'),
  'nova-2': chatUpstream('nova-2'),
  mistral: chatUpstream('mistral'),
  other: chatUpstream('other'),
};

/** Converse for a model of which nothing is known but that it speaks it. */
export const bedrockConverse: ChatUpstream = CHAT.other;

/** Converse as the model of this id takes it. */
export function converseFor(model: string): ChatUpstream {
  return CHAT[familyOf(model)];
}

/** CountTokens over a conversation in Converse's words. */

export function countFor(model: string): CountUpstream {
  return countUpstream(familyOf(model));
}

/** Input tokens in an answer of CountTokens. */
export function readCount(value: unknown): number | undefined {
  return isRecord(value) ? countIn(value['inputTokens']) : undefined;
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
