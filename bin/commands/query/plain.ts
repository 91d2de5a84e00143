/** A number by its digits, for those that no double holds. */
export class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A value of a result without anything of the database's own. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | Digits
  | readonly Plain[]
  | { readonly [name: string]: Plain };

/** A result: names of its columns, made different where they were not, and its rows. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Plain[])[];
}
