import type { ChatCaller } from '../format.ts';
import { readRequest } from './read.ts';
import { readConversation } from './read-conversation.ts';
import { writeAnswer } from './write-answer.ts';
import { ChatStreamWriter } from './write-stream.ts';

/** `POST /v1/chat/completions` from the caller's side. */
export const chat: ChatCaller = {
  kind: 'chat',
  format: 'openai-chat',
  readRequest,
  readConversation,
  writeAnswer,
  streamWriter: (facts) => new ChatStreamWriter(facts),
};
