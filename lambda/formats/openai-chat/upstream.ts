import { readHttpError } from '../../core/chat/openai-error.ts';
import type { ChatUpstream } from '../format.ts';
import { lossesOfValues } from './losses.ts';
import { type ChatQuirks, OPENAI_QUIRKS } from './quirks.ts';
import { readAnswer } from './read-answer.ts';
import { ChatStreamReader } from './read-stream.ts';
import { supportOf } from './support.ts';
import { writeRequest } from './write.ts';

/** Chat completions as one server takes them. */
export function openaiChatFor(quirks: ChatQuirks): ChatUpstream {
  const support = supportOf(quirks);
  return {
    name: 'openai-chat',
    support,
    losses: (conversation, capabilities) => lossesOfValues(conversation, capabilities, quirks, support),
    write: (conversation, send) => writeRequest(conversation, send, quirks, support),
    readAnswer,
    streamReader: (target, maxEventBytes) => new ChatStreamReader(target, maxEventBytes),
    readHttpError,
    takesSigned: () => quirks.echo.includes('reasoning_details'),
    needsMaxTokens: false,
    endsBare: true,
  };
}

/** Chat completions as OpenAI itself takes them. */
export const openaiChat: ChatUpstream = openaiChatFor(OPENAI_QUIRKS);
