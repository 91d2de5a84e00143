/** Keeps the names of one object apart after some of them were replaced. */
export class UniqueNames {
  readonly #taken: Set<string>;
  /** The next number to try for a name, so that a thousand equal names cost a thousand tries. */
  readonly #next = new Map<string, number>();

  constructor(names: Iterable<string>) {
    this.#taken = new Set(names);
  }

  /** The suffix that makes a new name unique: empty, `_2`, `_3` ... `render` puts it into the name. */
  suffix(render: (suffix: string) => string): string {
    const plain = render('');
    let number = this.#next.get(plain) ?? 1;
    let suffix = number === 1 ? '' : `_${number}`;
    while (this.#taken.has(render(suffix))) {
      number += 1;
      suffix = `_${number}`;
    }
    this.#taken.add(render(suffix));
    this.#next.set(plain, number + 1);
    return suffix;
  }
}
