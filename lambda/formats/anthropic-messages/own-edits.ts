import { hasCapsule, plainId } from '../../core/chat/capsule.ts';
import { isOwnSignature } from '../../core/chat/own-signature.ts';
import type { Edit } from '../../wire/json-splice.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { jsonString } from '../../wire/json-write.ts';
import type { MessagesBlock, MessagesBody } from './types.ts';

/** Members that name a call: of a call, and of the result that answers it. */
const CALL_IDS = ['id', 'tool_use_id'] as const;

/**
 * Takes out of a request what this gateway once put into an answer: reasoning of other models under the gateway's own
 * signature, and capsules in call ids. Messages are taken from the last to the first and blocks likewise, so that a
 * removal does not move the paths of the edits behind it.
 */
export function ownEdits(tape: JsonTape, body: MessagesBody): readonly Edit[] {
  const edits: Edit[] = [];
  for (let message = body.messages.length - 1; message >= 0; message--) {
    const content = body.messages[message]?.content;
    if (Array.isArray(content)) editMessage(tape, message, content, edits);
  }
  return edits;
}

function editMessage(tape: JsonTape, message: number, blocks: readonly MessagesBlock[], edits: Edit[]): void {
  const removed: number[] = [];
  for (const [index, block] of blocks.entries()) {
    const { signature } = block;
    if (block.type === 'thinking' && typeof signature === 'string' && isOwnSignature(signature)) {
      removed.unshift(index);
      continue;
    }
    for (const name of CALL_IDS) {
      const id = block[name];
      if (typeof id !== 'string' || !hasCapsule(id)) continue;
      const path = ['messages', message, 'content', index, name];
      const token = tape.find(path);
      if (token === undefined) continue;
      edits.push({ op: 'set', path, json: jsonString(plainId(tape.text(token))) });
    }
  }
  if (removed.length > 0 && removed.length === blocks.length) {
    edits.push({ op: 'remove', path: ['messages', message] });
    return;
  }
  for (const index of removed) edits.push({ op: 'remove', path: ['messages', message, 'content', index] });
}
