import CliTable from 'cli-table3';
import { Digits, type Plain, type Table } from './plain.ts';

/** One JSON object a line. Digits are written as they are: a reader that needs them exactly finds them. */
export function jsonLines({ columns, rows }: Table): string {
  return rows
    .map(
      (row) => `{${columns.map((name, i) => `${JSON.stringify(name)}:${json(row[i] ?? null)}`).join(',')}}\n`,
    )
    .join('');
}

/** A table without borders, numbers to the right, and how many rows there are. */
export function textTable({ columns, rows }: Table): string {
  const numeric = columns.map((_, i) => rows.some((row) => isNumber(row[i])));
  const table = borderless(
    columns,
    numeric.map((right) => (right ? 'right' : 'left')),
  );
  table.push(...rows.map((row) => row.map(cell)));
  return `${table.toString()}\n(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})\n`;
}

const BORDERS = ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
  side,
  ...['mid', 'left', 'right'].map((part) => `${side}-${part}`),
]);

/** An empty table in the style of all of them. */
export function borderless(head: readonly string[], aligns: readonly ('left' | 'right')[]): CliTable.Table {
  const none = Object.fromEntries(BORDERS.map((border) => [border, '']));
  return new CliTable({
    head: [...head],
    colAligns: [...aligns],
    chars: { ...none, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
}

/** Line breaks and control characters would tear the table, or speak to the terminal. */
function cell(value: Plain): string {
  if (value === null) return '-';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach the terminal.
  return (typeof value === 'string' ? value : json(value)).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

function json(value: Plain): string {
  if (value instanceof Digits) return value.text;
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, member]) => `${JSON.stringify(name)}:${json(member)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}

function isNumber(value: Plain | undefined): boolean {
  return typeof value === 'number' || value instanceof Digits;
}
