import type { Path } from './not-built.ts';

/** Something wrong with a config, before anybody knows in which line it stands. */
export interface Finding {
  readonly path: Path;
  /**
   * Where to point: the key itself, its value, or the key of the mapping that lacks something. The last part of the
   * path is what is meant in each case.
   */
  readonly at: 'key' | 'value' | 'missing';
  /**
   * `wrong`: a value or name that is not accepted; `unknown`: a key that nobody knows; `missing`: a required key;
   * `not_built`: a known word, whose message says all.
   */
  readonly kind: 'wrong' | 'unknown' | 'missing' | 'not_built';
  /** What is wrong, where "found this, expected that" does not say it. */
  readonly message?: string;
  /** What would be right, in words that fit after "expected". */
  readonly expected: string;
  /** The known key that an unknown one was most likely meant to be. */
  readonly meant?: string;
  /** How to put it right. */
  readonly hint: string;
}

/** `budgets[0].scope`; names that are not plain words in brackets and quotes: `models["gpt-4.1"].targets`. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+\*?$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** `a`, `b` or `c`, in code quotes. */
export function oneOf(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  const last = quoted.pop() ?? 'nothing';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}
