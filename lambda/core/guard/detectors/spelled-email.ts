import { isLocalPart } from '../characters.ts';
import type { Span } from '../finding.ts';

/** `(at)`, `[at]`, `{at}` and ` at `, also in capitals, with the spaces around them. */
const AT = /[ \t]{0,2}[([{][ \t]?at[ \t]?[)\]}][ \t]{0,2}|[ \t]at[ \t]/gi;

/** A domain whose dots may be spelled out too. */
const DOMAIN =
  /[a-z0-9-]{1,63}(?:(?:\.|[ \t]{0,2}[([{][ \t]?dot[ \t]?[)\]}][ \t]{0,2}|[ \t]dot[ \t])[a-z0-9-]{1,63}){1,5}/iy;

/** Addresses that were spelled out against robots: `jane (at) example.org`, `jane AT example DOT org`. */
export function findSpelledEmails(text: string): readonly Span[] {
  if (text.search(AT) === -1) return [];
  const spans: Span[] = [];
  for (const match of text.matchAll(AT)) {
    const at = match.index;
    let start = at;
    while (start > 0 && at - start < 64 && isLocalPart(text.charCodeAt(start - 1))) start--;
    if (start === at) continue;
    DOMAIN.lastIndex = at + match[0].length;
    const domain = DOMAIN.exec(text)?.[0];
    if (domain === undefined || !/[a-z]{2,24}$/i.test(domain)) continue;
    if (!/[([{]/.test(match[0]) && !isDictated(match[0], domain)) continue;
    spans.push({ type: 'EMAIL', start, end: at + match[0].length + domain.length });
  }
  return spans;
}

/** Top-level domains that people dictate; a longer list would meet "at this point dot ..." in prose. */
const DICTATED =
  /[ \t]dot[ \t](?:com|net|org|edu|gov|io|dev|ai|co|info|eu|uk|de|fr|es|it|nl|ch|at|se|pl|br|in|jp|cn)$/i;

/** Plain words are an address only with the dot spelled out as well: "meet me at example.org" is none. */
function isDictated(at: string, domain: string): boolean {
  return DICTATED.test(domain) || (at.includes('AT') && /[ \t]DOT[ \t][A-Za-z]+$/.test(domain));
}
