import { countIn, isRecord } from '../../core/json-value.ts';
import type { ChatUpstream, CountUpstream } from '../format.ts';
import { readHttpError } from './errors.ts';
import { countLosses, losses } from './losses.ts';
import { readAnswer } from './read-answer.ts';
import { MessagesStreamReader } from './read-stream.ts';
import { SUPPORT } from './support.ts';
import { write, writeCount } from './write.ts';

/** The Anthropic Messages API as an upstream. */
export const anthropicMessages: ChatUpstream = {
  name: 'anthropic-messages',
  support: SUPPORT,
  losses,
  write,
  readAnswer,
  streamReader: (target, maxEventBytes) => new MessagesStreamReader(target, maxEventBytes),
  readHttpError,
  takesSigned: () => true,
  needsMaxTokens: true,
  // `message_stop` ends every stream; without it the answer was cut.
  endsBare: false,
};

/** Its endpoint that counts the tokens of a request. */
export const anthropicCount: CountUpstream = {
  name: 'anthropic-messages',
  losses: countLosses,
  write: writeCount,
  readCount(value) {
    return isRecord(value) ? countIn(value['input_tokens']) : undefined;
  },
  readHttpError,
};
