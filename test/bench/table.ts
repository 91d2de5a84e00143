import type { Figure } from './figures.ts';

/** The figures as lines for people. */
export function table(figures: readonly Figure[]): string {
  const head = ['', 'figure', 'floor', 'tollgate', 'compared', 'range', 'aim', ''];
  const rows = figures.map((figure, index) => [
    figures[index - 1]?.of === figure.of ? '' : figure.of,
    figure.what,
    `${number(figure.floor)} ${figure.unit}`,
    `${number(figure.own)} ${figure.unit}`,
    difference(figure, figure.difference.median),
    `${number(figure.difference.low)} .. ${number(figure.difference.high)}`,
    figure.aim === undefined ? '' : `<= ${difference(figure, figure.aim)}`,
    figure.aim === undefined ? '' : met(figure, figure.aim),
  ]);
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}

function difference({ compared, unit }: Figure, value: number): string {
  if (compared === 'times') return `${number(value)} x`;
  return `${value < 0 ? '-' : '+'}${number(Math.abs(value))} ${unit}`;
}

/** A median above its aim is only called so when the whole range is. */
function met({ difference: { median, low } }: Figure, aim: number): string {
  if (median <= aim) return 'met';
  return low <= aim ? 'within noise' : 'not met';
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  return value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 1 : 2);
}
