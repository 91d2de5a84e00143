/** A text and the way back from its positions to those of the text it was made from. */
export interface MappedText {
  readonly text: string;
  /** The position in the source at which position `index` of `text` came to stand; also right for exclusive ends. */
  original(index: number): number;
}

/**
 * Rewrites every match of a global pattern; a replacement of undefined keeps the match. Replacements have any length
 * up to that of the match. Undefined where nothing changes, which is the rule and costs only the search.
 */
export function rewrite(
  source: string,
  pattern: RegExp,
  replace: (match: string) => string | undefined,
): MappedText | undefined {
  let text = '';
  let copied = 0;
  let changed = false;
  const at: number[] = [];
  const shift: number[] = [];
  for (const match of source.matchAll(pattern)) {
    const replacement = replace(match[0]);
    if (replacement === undefined) continue;
    changed = true;
    text += source.slice(copied, match.index) + replacement;
    copied = match.index + match[0].length;
    if (replacement.length !== match[0].length) {
      at.push(text.length);
      shift.push(copied - text.length);
    }
  }
  if (!changed) return undefined;
  return { text: text + source.slice(copied), original: (index) => index + shiftAt(at, shift, index) };
}

/** Shift of the last break at or before `index`, by bisection. */
function shiftAt(at: readonly number[], shift: readonly number[], index: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (shift[low - 1] ?? 0);
}
