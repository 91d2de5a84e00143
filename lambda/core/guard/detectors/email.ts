import { isAlphanumeric, isEscapeLetter, isLetter, isLocalPart, isSpacedLetter } from '../characters.ts';
import type { Span } from '../finding.ts';

const DOT = 46;
const HYPHEN = 45;

/** Longest local part, label and domain of RFC 5321. */
const LOCAL_MAX = 64;
const LABEL_MAX = 63;
const DOMAIN_MAX = 255;

/** File names and package versions look like domains (`icon@2x.png`); none of these is a top-level domain. */
const FILE_EXTENSIONS = new Set(
  'png jpg jpeg gif svg webp avif ico js mjs cjs ts tsx jsx json css scss less html htm xml yml yaml txt pdf gz tgz tar exe dll lock'.split(
    ' ',
  ),
);

/** Users of version control in `git@host:path`, who are nobody. */
const REPOSITORY_USERS = new Set(['git', 'hg', 'svn']);

/** How far before an address the scheme of a URL is looked for, whose `user:password@host` is no address. */
const USERINFO_REACH = 100;
const USERINFO = /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/?#@"'<>|,;()]{0,80}$/i;

/** E-mail addresses around each `@`. */
export function findEmails(text: string): readonly Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const start = localStart(text, at);
    if (start === at) continue;
    const end = domainEnd(text, at + 1);
    if (end === -1 || isUserinfo(text, start) || isRepository(text, start, at, end)) continue;
    spans.push({ type: 'EMAIL', start, end });
  }
  return spans;
}

function localStart(text: string, at: number): number {
  const least = Math.max(0, at - LOCAL_MAX);
  let start = at;
  while (start > least && isLocalPart(text.charCodeAt(start - 1))) {
    if (text.charCodeAt(start - 1) === DOT && text.charCodeAt(start) === DOT) break;
    start--;
  }
  // In JSON or source that is quoted as text, the n of `\n` belongs to the escape.
  if (start < at && isEscapeLetter(text, start)) start++;
  while (start < at && !isAlphanumeric(text.charCodeAt(start)) && !isSpacedLetter(text.charCodeAt(start))) {
    start++;
  }
  return start;
}

/** End of the longest domain from `from` on that ends in a top-level domain; -1 if there is none. */
function domainEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + DOMAIN_MAX);
  // `pkg@2.0.beta3` and `pkg@v2.beta3`
  const isVersion = /^v?[0-9]/.test(text.slice(from, from + 2));
  let best = -1;
  let position = from;
  for (let labels = 0; position < limit; labels++) {
    const end = labelEnd(text, position, limit);
    if (end === position) break;
    if (labels > 0) {
      const top = topLevelEnd(text, position, end, isVersion);
      if (top !== -1) best = top;
    }
    if (text.charCodeAt(end) !== DOT) break;
    position = end + 1;
  }
  return best;
}

function labelEnd(text: string, from: number, limit: number): number {
  const most = Math.min(limit, from + LABEL_MAX);
  let end = from;
  while (end < most) {
    const code = text.charCodeAt(end);
    const isInner = code === HYPHEN && end > from;
    if (!isAlphanumeric(code) && !isInner && !isSpacedLetter(code)) break;
    end++;
  }
  return end;
}

/**
 * End of the top-level domain that the label is or begins with (`com` of `com-thanks`, and of `com123`, where a space is
 * missing, unless it may be a version); -1 if it is none. New domains come every month, so there is no list of them.
 */
function topLevelEnd(text: string, from: number, end: number, isVersion: boolean): number {
  const label = text.slice(from, end);
  if (/^xn--[a-z0-9-]{2,59}$/i.test(label)) return end;
  let letters = from;
  while (letters < end && (isLetter(text.charCodeAt(letters)) || isSpacedLetter(text.charCodeAt(letters)))) {
    letters++;
  }
  const isWhole = letters === end || text.charCodeAt(letters) === HYPHEN;
  if (letters - from < 2 || (!isWhole && isVersion)) return -1;
  return FILE_EXTENSIONS.has(text.slice(from, letters).toLowerCase()) ? -1 : letters;
}

function isUserinfo(text: string, start: number): boolean {
  const scheme = text.lastIndexOf('://', start);
  if (scheme === -1 || scheme < start - USERINFO_REACH) return false;
  const left = text.slice(Math.max(0, start - USERINFO_REACH), start);
  return USERINFO.test(left) && !/mailto:\/\/$/i.test(left);
}

function isRepository(text: string, start: number, at: number, end: number): boolean {
  const next = text[end];
  return (next === ':' || next === '/') && REPOSITORY_USERS.has(text.slice(start, at));
}
