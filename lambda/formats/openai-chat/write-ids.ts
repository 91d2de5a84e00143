import { plainId } from '../../core/chat/capsule.ts';
import type { ToolCallBlock } from '../../core/chat/conversation.ts';
import { shortHash } from '../../core/chat/short-hash.ts';
import type { ChatQuirks } from './quirks.ts';

/** OpenAI refuses longer ids. */
const OPENAI_CHARACTERS = 64;
const MISTRAL = /^[A-Za-z0-9]{9}$/;
const MISTRAL_CHARACTERS = 9;

/** A call's id as the conversation has it, and as the upstream gets it. */
export interface CallId {
  readonly given: string;
  readonly sent: string;
}

/**
 * The ids of a turn's calls as a server takes them. They depend on the calls and on the turn's position alone, so a call
 * and its result agree and every later request says the same. A missing or repeated id is made up from its position.
 */
export function callIds(
  calls: readonly ToolCallBlock[],
  position: number,
  rule: ChatQuirks['ids'],
): readonly CallId[] {
  const used = new Set<string>();
  return calls.map(({ id: given }, index) => {
    const plain = plainId(given);
    const fitting = fit(plain, rule);
    const sent = plain === '' || used.has(fitting) ? made(`${position}:${index}:${plain}`, rule) : fitting;
    used.add(sent);
    return { given, sent };
  });
}

/** Takes the id that a result answers out of the open calls; a result without a call keeps what its id becomes. */
export function answeredId(open: CallId[], given: string, rule: ChatQuirks['ids']): string {
  const at = open.findIndex((call) => call.given === given);
  const [call] = at === -1 ? [] : open.splice(at, 1);
  return call?.sent ?? fit(plainId(given), rule);
}

function fit(id: string, rule: ChatQuirks['ids']): string {
  if (rule === 'mistral') return MISTRAL.test(id) ? id : made(id, rule);
  return id.length <= OPENAI_CHARACTERS ? id : made(id, rule);
}

function made(from: string, rule: ChatQuirks['ids']): string {
  const hash = shortHash(from);
  return rule === 'mistral' ? hash.slice(0, MISTRAL_CHARACTERS) : `call_${hash}`;
}
