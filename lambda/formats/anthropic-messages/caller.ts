import { jsonArray, jsonObject, jsonString } from '../../wire/json-write.ts';
import type { ChatCaller, CountCaller } from '../format.ts';
import { editsWithoutReasoning, readCountRequest, readRequest } from './read.ts';
import { readConversation } from './read-conversation.ts';
import { writeAnswer } from './write-answer.ts';
import { MessagesStreamWriter } from './write-stream.ts';

/** `POST /v1/messages`. */
export const messages: ChatCaller = {
  kind: 'chat',
  format: 'anthropic-messages',
  readRequest,
  readConversation,
  editsWithoutReasoning,
  writeAnswer,
  streamWriter(facts) {
    return new MessagesStreamWriter(facts);
  },
};

/** `POST /v1/messages/count_tokens`. */
export const countTokens: CountCaller = {
  kind: 'count_tokens',
  format: 'anthropic-messages',
  readRequest: readCountRequest,
  readConversation,
  writeCount(inputTokens, warnings) {
    return jsonObject({
      input_tokens: String(inputTokens),
      tollgate:
        warnings.length === 0 ? undefined : jsonObject({ warnings: jsonArray(warnings.map(jsonString)) }),
    });
  },
};
