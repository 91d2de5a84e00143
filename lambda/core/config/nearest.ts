/**
 * The known word that was most likely meant, or undefined where none is close: at most a third of the letters may
 * differ, two swapped neighbours count once, and case and `-` for `_` count nothing.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = plain(word);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const far = distance(wanted, plain(candidate), least);
    if (far < least) {
      best = candidate;
      least = far;
    }
  }
  return best;
}

/**
 * The same for a word of one part, against the parts of longer words: `limt` is near `limit_usd`. Where several share
 * that part, the first of them.
 */
export function nearestPart(word: string, known: readonly string[]): string | undefined {
  const parts = new Map(
    known.toReversed().flatMap((candidate) => candidate.split('_').map((part) => [part, candidate])),
  );
  const part = word.length < 3 ? undefined : nearest(word, parts.keys());
  return part === undefined ? undefined : parts.get(part);
}

function plain(word: string): string {
  return word.slice(0, 64).toLowerCase().replaceAll('-', '_');
}

/** Edits between two words (insert, delete, replace, swap of neighbours), or `enough` as soon as it cannot be less. */
export function distance(a: string, b: string, enough: number): number {
  if (Math.abs(a.length - b.length) >= enough) return enough;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, at(before, j - 2) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return Math.min(at(last, b.length), enough);
}

/** A cell of the table; those outside it are never the least. */
function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
