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
  return editsOf(tape, body, isOwn);
}

/**
 * The same for a target that signed none of the reasoning: it takes out all of it, per turn all or nothing as the API
 * wants it. Inside a tool loop the API then wants a budget of thinking to be off as well.
 */
export function unsignedEdits(tape: JsonTape, body: MessagesBody): readonly Edit[] {
  const edits = editsOf(tape, body, isThinking);
  const inLoop = contentOf(body.messages.at(-1)).some(({ type }) => type === 'tool_result');
  const removes = edits.some(({ op }) => op === 'remove');
  if (!inLoop || !removes || body.thinking?.type !== 'enabled') return edits;
  return [...edits, { op: 'remove', path: ['thinking'] }];
}

type IsForeign = (block: MessagesBlock) => boolean;

function isOwn({ type, signature }: MessagesBlock): boolean {
  return type === 'thinking' && typeof signature === 'string' && isOwnSignature(signature);
}

function isThinking({ type }: MessagesBlock): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

function contentOf(message: MessagesBody['messages'][number] | undefined): readonly MessagesBlock[] {
  return Array.isArray(message?.content) ? message.content : [];
}

function editsOf(tape: JsonTape, body: MessagesBody, isForeign: IsForeign): readonly Edit[] {
  const edits: Edit[] = [];
  for (let message = body.messages.length - 1; message >= 0; message--) {
    editMessage(tape, message, contentOf(body.messages[message]), isForeign, edits);
  }
  return edits;
}

function editMessage(
  tape: JsonTape,
  message: number,
  blocks: readonly MessagesBlock[],
  isForeign: IsForeign,
  edits: Edit[],
): void {
  const removed: number[] = [];
  for (const [index, block] of blocks.entries()) {
    if (isForeign(block)) {
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
