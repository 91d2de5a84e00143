/** Calendar windows of budgets. A window's id only grows, compares as text, and names its first day. */
export type Window = 'day' | 'week' | 'month' | 'total';

export interface WindowSpec {
  readonly window: Window;
  /** IANA time zone in which the calendar turns; UTC by default. */
  readonly tz: string;
}

const DAY_MS = 86_400_000;

/** `2026-11-24` for a day, `2026-11-23` (its Monday) for a week, `2026-11` for a month, `total` for a total. */
export function windowId(spec: WindowSpec, nowMs: number): string {
  if (spec.window === 'total') return 'total';
  const day = localDay(spec.tz, nowMs);
  if (spec.window === 'day') return isoDay(day);
  if (spec.window === 'week') return isoDay(monday(day));
  return isoDay(day).slice(0, 7);
}

/** When the window that holds `nowMs` ends, in milliseconds since the epoch; undefined for a total. */
export function windowEnd(spec: WindowSpec, nowMs: number): number | undefined {
  if (spec.window === 'total') return undefined;
  const day = localDay(spec.tz, nowMs);
  return startOfLocalDay(spec.tz, nextStart(spec.window, day));
}

/** Whether `tz` is a time zone that this runtime knows. */
export function isTimeZone(tz: string): boolean {
  try {
    formatter(tz);
    return true;
  } catch {
    return false;
  }
}

/** Midnight, UTC, of the calendar day that `nowMs` has in `tz`. */
function localDay(tz: string, nowMs: number): number {
  if (tz === 'UTC') return nowMs - (((nowMs % DAY_MS) + DAY_MS) % DAY_MS);
  const [year, month, day] = formatter(tz).format(nowMs).split('-').map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1);
}

function monday(day: number): number {
  return day - ((new Date(day).getUTCDay() + 6) % 7) * DAY_MS;
}

function nextStart(window: 'day' | 'week' | 'month', day: number): number {
  if (window === 'day') return day + DAY_MS;
  if (window === 'week') return monday(day) + 7 * DAY_MS;
  const date = new Date(day);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** First instant of a calendar day in `tz`: by bisection, since offsets change and some midnights do not exist. */
function startOfLocalDay(tz: string, day: number): number {
  if (tz === 'UTC') return day;
  let low = day - 26 * 3_600_000;
  let high = day + 26 * 3_600_000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (localDay(tz, middle) >= day) high = middle;
    else low = middle;
  }
  return high;
}

function isoDay(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** One formatter a zone: making one costs a hundred times its use, and the zones are those of the config. */
function formatter(tz: string): Intl.DateTimeFormat {
  let found = formatters.get(tz);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-CA', {
      timeZone: tz,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formatters.set(tz, found);
  }
  return found;
}
