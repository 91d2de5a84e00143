import { OperateProblem } from '../../../lambda/ledger/operate/problem.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90s`, `30m`, `2h`, `1d` or several of them, such as `1h30m`. Throws an `OperateProblem`. */
export function duration(text: string): number {
  if (!/^(\d{1,6}[smhd])+$/.test(text)) {
    throw new OperateProblem(
      `"${text}" is no duration; write a number and s, m, h or d, such as 2h or 1h30m`,
    );
  }
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (ms, [, count, unit]) => ms + Number(count) * (UNITS[unit ?? ''] ?? 0),
    0,
  );
}

/** Milliseconds since the epoch of a time in ISO 8601; UTC where it names no zone. Throws an `OperateProblem`. */
export function time(text: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  const at = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`);
  if (!Number.isNaN(at)) return at;
  throw new OperateProblem(
    `"${text}" is no time; write it as 2026-11-25T18:00Z, or 2026-11-25T18:00+01:00, or a day`,
  );
}

/** The end of an order given by either option; undefined: it holds until it is taken back. */
export function endOf(
  options: { readonly for?: string; readonly until?: string },
  nowMs: number,
): number | undefined {
  if (options.for !== undefined) return nowMs + duration(options.for);
  return options.until === undefined ? undefined : time(options.until);
}

/** To the second: `2026-11-25T18:00:00Z`. */
export function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
