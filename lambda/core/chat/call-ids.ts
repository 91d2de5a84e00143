import type { Block, Turn } from './conversation.ts';
import { shortHash } from './short-hash.ts';

/**
 * Gives every tool call an id that a stricter format takes, and its result the same one. An id that fits and is new in
 * the conversation stays; an empty, repeated or unfitting one becomes `call_` and a hash of it and of how often it came
 * before, so the same turns get the same ids however the conversation goes on. Expects turns whose results follow their
 * calls (`mergeTurns`).
 */
export function fitCallIds(turns: readonly Turn[], fits: RegExp): readonly Turn[] {
  const used = new Set<string>();
  const uses = new Map<string, number>();
  /** New ids of the nearest assistant turn's calls by their old ones, in their order. */
  let open = new Map<string, string[]>();
  const fresh = (id: string): string => {
    const before = uses.get(id) ?? 0;
    uses.set(id, before + 1);
    let made = before === 0 && fits.test(id) ? id : hashed(id, before);
    // An id that a caller made to look like ours.
    while (used.has(made)) made = hashed(made, before);
    used.add(made);
    return made;
  };
  return turns.map((turn) => {
    if (turn.role === 'assistant') open = new Map();
    const content = turn.content.map((block): Block => {
      if (block.kind === 'tool_call') {
        const id = fresh(block.id);
        open.set(block.id, [...(open.get(block.id) ?? []), id]);
        return id === block.id ? block : { ...block, id };
      }
      if (block.kind !== 'tool_result') return block;
      const id = open.get(block.id)?.shift() ?? block.id;
      return id === block.id ? block : { ...block, id };
    });
    return { ...turn, content };
  });
}

function hashed(id: string, before: number): string {
  return `call_${shortHash(JSON.stringify([id, before]))}`;
}
