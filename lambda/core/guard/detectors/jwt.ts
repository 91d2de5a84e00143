import { isBase64Url } from '../characters.ts';
import type { Span } from '../finding.ts';

const DOT = 46;

/** Longest header that is decoded, in characters; those with certificate chains are a few thousand. */
const HEADER_MAX = 16_384;

/** Segments of an encrypted token; a signed one has three. */
const SEGMENTS_MAX = 5;

/** JSON web tokens, in the midst of anything: a header that decodes to an object with an algorithm, and what is attached to it by dots. */
export function findJwts(text: string): readonly Span[] {
  const spans: Span[] = [];
  let at = text.indexOf('eyJ');
  while (at !== -1) {
    const header = segmentEnd(text, at);
    let end = header;
    if (text.charCodeAt(header) === DOT && isHeader(text.slice(at, header))) {
      end = tokenEnd(text, header);
      spans.push({ type: 'JWT', start: at, end });
    }
    at = text.indexOf('eyJ', end);
  }
  return spans;
}

function tokenEnd(text: string, headerEnd: number): number {
  let end = headerEnd;
  for (let segment = 1; segment < SEGMENTS_MAX && text.charCodeAt(end) === DOT; segment++) {
    const next = segmentEnd(text, end + 1);
    // A full stop behind the token is punctuation; only encrypted tokens have empty segments inside.
    if (next === end + 1 && text.charCodeAt(next) !== DOT) break;
    end = next;
  }
  return end;
}

function segmentEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isBase64Url(text.charCodeAt(end))) end++;
  return end;
}

function isHeader(segment: string): boolean {
  if (segment.length > HEADER_MAX) return false;
  const text = Buffer.from(segment, 'base64url').toString('latin1');
  // Most of what is no header shows here, without the price of an exception.
  if (!text.endsWith('}') || !text.includes('"alg"')) return false;
  try {
    const header: unknown = JSON.parse(text);
    return typeof header === 'object' && header !== null && 'alg' in header && typeof header.alg === 'string';
  } catch {
    return false;
  }
}
