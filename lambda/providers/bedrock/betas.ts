import type { Headers } from '../../formats/format.ts';

export const CONTEXT_MANAGEMENT = 'context-management-2025-06-27';

/**
 * Values of `anthropic-beta` that Bedrock takes; any other is a 400 there ("invalid beta flag"). Source: AWS, Bedrock user
 * guide, "Request and response" of Claude's Messages API.
 */
const KNOWN: readonly string[] = [
  'computer-use-2025-01-24',
  'token-efficient-tools-2025-02-19',
  'interleaved-thinking-2025-05-14',
  'output-128k-2025-02-19',
  'dev-full-thinking-2025-05-14',
  'context-1m-2025-08-07',
  CONTEXT_MANAGEMENT,
  'effort-2025-11-24',
  'tool-search-tool-2025-10-19',
  'tool-examples-2025-10-29',
];

/** Betas that have another name on Bedrock. Source: Anthropic API, "Tool search tool". */
const RENAMED: Readonly<Record<string, string>> = {
  'advanced-tool-use-2025-11-20': 'tool-search-tool-2025-10-19',
};

/** Which betas of a caller go on, and which are left out. */
export type BetaRule = (headers: Headers) => {
  readonly kept: readonly string[];
  readonly left: readonly string[];
};

/** `more`: values that the config knows this account's Bedrock to take. */
export function betaRule(more: readonly string[]): BetaRule {
  const known = new Set([...KNOWN, ...more]);
  return (headers) => {
    const asked = (headers['anthropic-beta'] ?? '')
      .split(',')
      .map((beta) => beta.trim())
      .filter((beta) => beta !== '');
    const named = asked.map((beta) => (known.has(beta) ? beta : (RENAMED[beta] ?? beta)));
    return {
      kept: [...new Set(named.filter((beta) => known.has(beta)))],
      left: named.filter((beta) => !known.has(beta)),
    };
  };
}

/** For a request that was written here: it needs none. */
export const NO_BETAS: BetaRule = () => ({ kept: [], left: [] });
