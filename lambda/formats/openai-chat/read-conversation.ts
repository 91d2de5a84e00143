import type { Sealer } from '../../core/chat/capsule.ts';
import type { Conversation } from '../../core/chat/conversation.ts';
import { TollgateError } from '../../core/errors.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { readMessages } from './read-messages.ts';
import { RequestNode } from './read-node.ts';
import { readSettings } from './read-settings.ts';
import { Reading } from './reading.ts';
import { emptyDraft } from './settings-draft.ts';

/**
 * Reads a whole chat completion request for a translation. `sealer` opens the capsules in tool call ids; without one they
 * are left out. Source: OpenAI API reference, "Create chat completion".
 */
export function readConversation(tape: JsonTape, sealer: Sealer | undefined): Conversation | TollgateError {
  const reading = new Reading(sealer);
  const draft = emptyDraft();
  const request = new RequestNode(tape);
  try {
    readSettings(request, draft, reading);
    const messages = request.fields().get('messages');
    if (messages === undefined) throw request.missing('messages', 'a list of at least one message');
    const { system, turns } = readMessages(messages, reading);
    if (reading.cacheTtl !== undefined && !reading.marks) {
      reading.notes.push('prompt_cache_options left out: nothing is marked with a prompt_cache_breakpoint');
    }
    return { system, turns, ...draft, asked: reading.asked, notes: reading.notes };
  } catch (error) {
    if (error instanceof TollgateError) return error;
    throw error;
  }
}
