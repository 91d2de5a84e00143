import { shortHash } from '../../core/chat/short-hash.ts';
import { modelOfTarget } from '../../core/routing/target.ts';
import type { AnswerFacts } from '../format.ts';

/** What Anthropic allows in an id; its API refuses a history with any other. */
const VALID_ID = /^[A-Za-z0-9_-]+$/;

/** The upstream's own id under Anthropic's prefix; the request's where the upstream gave none. */
export function messageId(upstreamId: string, facts: AnswerFacts): string {
  const id = upstreamId === '' ? facts.requestId : upstreamId;
  if (id.startsWith('msg_') && VALID_ID.test(id)) return id;
  return `msg_${VALID_ID.test(id) ? id : hash(id)}`;
}

/** The upstream's own name of the model; the target's where it gave none. */
export function modelName(upstreamModel: string, facts: AnswerFacts): string {
  return upstreamModel === '' ? modelOfTarget(facts.target) : upstreamModel;
}

/**
 * Ids of the tool calls of one answer. An id that is missing, holds characters that Anthropic refuses, or was given
 * before in the same answer is replaced by a hash of what the call is, so that the same answer gives the same ids.
 */
export class ToolCallIds {
  readonly #answer: string;
  readonly #given = new Set<string>();

  /** `answer`: the upstream's id of the answer. */
  constructor(answer: string) {
    this.#answer = answer;
  }

  /** `position`: which block of the answer the call is. */
  idFor(id: string, position: number, name: string): string {
    let given = id;
    if (id === '') given = `toolu_${hash(this.#answer, String(position), name)}`;
    else if (!VALID_ID.test(id)) given = `toolu_${hash(id)}`;
    if (this.#given.has(given)) given = `toolu_${hash(this.#answer, String(position), id)}`;
    this.#given.add(given);
    return given;
  }
}

function hash(...parts: readonly string[]): string {
  return shortHash(JSON.stringify(parts));
}
