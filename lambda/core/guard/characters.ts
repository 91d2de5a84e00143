/** Kinds of ASCII characters as bits of one table, so that scans test a character with one lookup. */
const DIGIT = 1;
const LETTER = 2;
const LOCAL = 4;
const BASE64URL = 8;

const KINDS = new Uint8Array(128);
for (let code = 48; code <= 57; code++) KINDS[code] = DIGIT | LOCAL | BASE64URL;
for (let code = 65; code <= 90; code++) {
  KINDS[code] = LETTER | LOCAL | BASE64URL;
  KINDS[code + 32] = LETTER | LOCAL | BASE64URL;
}
for (const char of "._+'-") KINDS[char.charCodeAt(0)] = LOCAL;
for (const char of '_-') KINDS[char.charCodeAt(0)] = LOCAL | BASE64URL;

function kind(code: number): number {
  return code < 128 ? (KINDS[code] ?? 0) : 0;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isLetter(code: number): boolean {
  return (kind(code) & LETTER) !== 0;
}

export function isAlphanumeric(code: number): boolean {
  return (kind(code) & (LETTER | DIGIT)) !== 0;
}

/** Letters, digits, `-` and `_`. */
export function isBase64Url(code: number): boolean {
  return (kind(code) & BASE64URL) !== 0;
}

/**
 * Letters beyond ASCII of scripts that put spaces between words: Latin, Greek, Cyrillic. Others (Chinese, Japanese,
 * Thai ...) write an address right behind a word, so their letters end it.
 */
export function isSpacedLetter(code: number): boolean {
  return (
    (code >= 0xc0 && code <= 0x24f && code !== 0xd7 && code !== 0xf7) || (code >= 0x370 && code <= 0x52f)
  );
}

/** What may stand in the local part of an e-mail address. Rarer characters such as `=` and `|` are separators in practice. */
export function isLocalPart(code: number): boolean {
  return (kind(code) & LOCAL) !== 0 || isSpacedLetter(code);
}

const BACKSLASH = 92;

/** Whether the character at `index` is the letter of an escape such as `\n`, which separates although it is a letter. */
export function isEscapeLetter(text: string, index: number): boolean {
  if (index < 1 || text.charCodeAt(index - 1) !== BACKSLASH) return false;
  const char = text[index];
  return char === 'n' || char === 'r' || char === 't' || char === 'b' || char === 'f';
}

/** Whether no ASCII letter or digit stands before `start`. */
export function startsClean(text: string, start: number): boolean {
  return start === 0 || !isAlphanumeric(text.charCodeAt(start - 1)) || isEscapeLetter(text, start - 1);
}

/** Whether no ASCII letter or digit stands at `end`. */
export function endsClean(text: string, end: number): boolean {
  return end >= text.length || !isAlphanumeric(text.charCodeAt(end));
}

/** Up to `length` characters before `start`, behind what names the text from outside. */
export function before(text: string, start: number, length: number, context: string): string {
  return `${context} ${text.slice(Math.max(0, start - length), start)}`;
}
