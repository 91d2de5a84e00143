import { hasCapsule, plainId } from '../../core/chat/capsule.ts';
import type { Edit } from '../../wire/json-splice.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { jsonString } from '../../wire/json-write.ts';
import type { ChatRequestBody } from './types.ts';

const MARK = '.tg1.';

/**
 * Gives tool call ids back the form in which their upstream made them, for a request that is forwarded as it is: a
 * capsule means nothing there, and OpenAI takes ids of 64 characters at most.
 */
export function ownEdits(tape: JsonTape, body: ChatRequestBody): readonly Edit[] {
  const { bytes } = tape;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Hardly any request carries one, and the walk below is only worth it then. An escape could spell the mark's dot.
  if (!view.includes(MARK) && !tape.unicodeEscapes) return [];
  const edits: Edit[] = [];
  const check = (id: string | null | undefined, ...path: readonly (string | number)[]) => {
    if (typeof id !== 'string' || !hasCapsule(id)) return;
    const token = tape.find(path);
    if (token !== undefined) edits.push({ op: 'set', path, json: jsonString(plainId(tape.text(token))) });
  };
  for (const [m, message] of body.messages.entries()) {
    check(message.tool_call_id, 'messages', m, 'tool_call_id');
    for (const [t, { id }] of (message.tool_calls ?? []).entries()) {
      check(id, 'messages', m, 'tool_calls', t, 'id');
    }
  }
  return edits;
}
