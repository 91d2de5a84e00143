import type { JsonPath } from '../../wire/json-path.ts';
import type { ChatRequestBody } from './types.ts';

/** Members in which servers of the format give reasoning, and clients bring it back. OpenAI itself has none of them. */
const MEMBERS = [
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'thinking_blocks',
  'reasoning_signature',
] as const;

/** Where the messages of a request bring reasoning back. */
export function reasoningPaths({ messages }: ChatRequestBody): readonly JsonPath[] {
  const paths: JsonPath[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'assistant') continue;
    for (const member of MEMBERS) {
      if (message[member] !== undefined) paths.push(['messages', index, member]);
    }
  }
  return paths;
}
