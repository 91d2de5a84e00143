import type { MediaCount } from './count-media.ts';
import type { MessagesBody } from './types.ts';

/**
 * Written into the prompt so that a model cites. Source: Anthropic, "Citations", which says that there is such a text and
 * not how long it is; a recorded request with one document of two sentences had about 830 tokens more than its texts.
 */
const CITATIONS_TOKENS = 2_048;
/** How often a text that is to be cited counts beside itself: each of its sentences is marked, however short it is. */
const CITED_TIMES = 3;

/** Tokens that a provider makes of a few bytes of a request; 0 for nearly all. */
export function unseenTokens(media: MediaCount, { tools }: MessagesBody): number {
  const cited = media.cites ? CITATIONS_TOKENS + CITED_TIMES * media.citedBytes : 0;
  return cited + repeatedTools(media.references, tools ?? []);
}

/**
 * A tool that is found by a search has its definition where the search names it, in every message that does. Source:
 * Anthropic, "Tool search tool". The body has the definition once, so the first time is paid for.
 */
function repeatedTools(
  references: readonly string[],
  tools: readonly Readonly<Record<string, unknown>>[],
): number {
  const seen = new Set<string>();
  let tokens = 0;
  for (const name of references) {
    if (!seen.has(name)) seen.add(name);
    else tokens += sizeOf(tools.find((tool) => tool['name'] === name));
  }
  return tokens;
}

function sizeOf(tool: unknown): number {
  return tool === undefined ? 0 : JSON.stringify(tool).length;
}
