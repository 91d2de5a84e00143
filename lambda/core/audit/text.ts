/** Stands at the end of a text that was cut. */
const MARK = '…';
const MARK_BYTES = 3;

const encoder = new TextEncoder();

/** Length in UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/**
 * At most `max` bytes of UTF-8 (at least 3), cut between characters and marked with an ellipsis; the same text if it
 * fits. No character takes more than three bytes per UTF-16 unit, so short texts need no count.
 */
export function fit(text: string, max: number): string {
  if (text.length * 3 <= max || byteLength(text) <= max) return text;
  const { read } = encoder.encodeInto(text, new Uint8Array(max - MARK_BYTES));
  return text.slice(0, read) + MARK;
}
