/** Bytes of a word, its leading space included, that still count as one token. */
const WORD_BYTES = 16;
/** Bytes of a piece of a longer word. No character of UTF-8 is longer, so each piece holds at least one. */
const PIECE_BYTES = 4;

/**
 * Cuts text into the sandbox's tokens, which are also its streamed pieces: a word with the space before it, a longer
 * word in pieces of at most four bytes. Joined they are the text again, no character is split, and there are never more
 * tokens than bytes.
 */
export function tokenise(text: string): string[] {
  const tokens: string[] = [];
  for (const word of text.match(/\s*\S+|\s+$/gu) ?? []) {
    if (byteLength(word) <= WORD_BYTES) tokens.push(word);
    else split(word, tokens);
  }
  return tokens;
}

function split(word: string, into: string[]): void {
  let piece = '';
  let bytes = 0;
  for (const character of word) {
    const more = byteLength(character);
    if (bytes + more > PIECE_BYTES) {
      into.push(piece);
      piece = '';
      bytes = 0;
    }
    piece += character;
    bytes += more;
  }
  into.push(piece);
}

/** Bytes in UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
