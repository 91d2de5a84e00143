import { usdFromNano } from '../../../lambda/core/money.ts';
import { borderless } from '../query/print.ts';

const NUMBER = /^-?[\d.]+$/;

export type Cell = string | number | bigint | undefined;

/** A table without borders, columns of numbers to the right; `-` stands for nothing. */
export function sheet(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const aligns = columns.map((_, i) => {
    const cells = rows.flatMap((row) => row[i] ?? []);
    return cells.length > 0 && cells.every((cell) => NUMBER.test(String(cell))) ? 'right' : 'left';
  });
  const table = borderless(columns, aligns);
  table.push(...rows.map((row) => row.map((cell) => (cell === undefined ? '-' : plain(String(cell))))));
  const lines = table.toString().split('\n');
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** What callers and operators wrote must neither tear a table nor speak to the terminal. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach the terminal.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

/** One line of JSON for each value. What is undefined becomes null, so that every line has the same members. */
export function jsonLines(values: readonly object[]): string {
  return values
    .map(
      (value) => `${JSON.stringify(value, (_, member: unknown) => (member === undefined ? null : member))}\n`,
    )
    .join('');
}

export function usd(nano: bigint | undefined): string | undefined {
  return nano === undefined ? undefined : usdFromNano(nano);
}
