import type { Span } from '../finding.ts';

const OPEN = '-----BEGIN ';
const CLOSE = '-----END ';

/** Label of a private key, from the opening mark on: PKCS#1, PKCS#8, EC, DSA, encrypted, OpenSSH, PGP. */
const LABEL = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
const LAST = /-----END [A-Z0-9 ]{0,50}-----/y;

/** Longest key that is looked for; a 16,384-bit RSA key has 13,000 characters. */
const KEY_MAX = 65_536;

/** Characters of base64 in a row that show key material, not `...` in a manual. */
const MATERIAL = /[A-Za-z0-9+/]{10}/;

/**
 * A line inside an armoured key: base64, nothing, or a header such as `Proc-Type: 4,ENCRYPTED`. Line breaks may be
 * escaped, once or several times, as in JSON and environment files.
 */
const LINE =
  /(?:[ \t>]{0,16}(?:[A-Za-z0-9+/=]{1,100}|(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash): ?[^\r\n\\]{1,200})?[ \t]{0,8})(?:\\{1,8}r|\\{1,8}n|\r|\n|$)/y;

/** Private keys in armour, also such that were cut off. */
export function findPrivateKeys(text: string): readonly Span[] {
  const spans: Span[] = [];
  let close = -2;
  let at = text.indexOf(OPEN);
  while (at !== -1) {
    LABEL.lastIndex = at;
    const label = LABEL.exec(text)?.[0];
    let next = at + OPEN.length;
    if (label !== undefined) {
      const body = at + label.length;
      if (close !== -1 && close < body) close = text.indexOf(CLOSE, body);
      const reopened = text.indexOf(OPEN, body);
      const end = keyEnd(text, body, close, reopened);
      if (end !== -1) spans.push({ type: 'PRIVATE_KEY', start: at, end });
      next = Math.max(end, body);
    }
    at = text.indexOf(OPEN, next);
  }
  return spans;
}

function keyEnd(text: string, body: number, close: number, reopened: number): number {
  const isClosed = close !== -1 && close - body <= KEY_MAX && (reopened === -1 || close < reopened);
  if (isClosed) {
    LAST.lastIndex = close;
    const last = LAST.exec(text)?.[0];
    if (last !== undefined) return MATERIAL.test(text.slice(body, close)) ? close + last.length : -1;
  }
  const end = materialEnd(text, body);
  return MATERIAL.test(text.slice(body, end)) ? end : -1;
}

/** Where the lines of an open key stop looking like one. */
function materialEnd(text: string, body: number): number {
  let end = body;
  const limit = Math.min(text.length, body + KEY_MAX);
  while (end < limit) {
    LINE.lastIndex = end;
    const line = LINE.exec(text)?.[0];
    if (line === undefined || line === '') break;
    end += line.length;
  }
  // The last line may break off inside: its base64 still belongs to the key.
  const rest = /^[ \t>]{0,16}[A-Za-z0-9+/=]{10,4096}/.exec(text.slice(end, end + 4200));
  return end + (rest?.[0].length ?? 0);
}
