import { isTimeZone, type WindowSpec, windowEnd, windowId } from '../../core/windows.ts';

const ID = /^(day|week|month|total)(?:@(.+))?$/;

/** The window that a budget's id names, such as `month@Europe/Berlin`; undefined for no id of ours. */
export function windowOf(budgetId: string): WindowSpec | undefined {
  const match = ID.exec(budgetId);
  const tz = match?.[2] ?? 'UTC';
  const window = WINDOWS.find((each) => each === match?.[1]);
  return window === undefined || !isTimeZone(tz) ? undefined : { window, tz };
}

const WINDOWS = ['day', 'week', 'month', 'total'] as const;

/** When a budget's window ends; undefined for a total, and for a window that is not the current one. */
export function endOf(budgetId: string, window: string, nowMs: number): number | undefined {
  const spec = windowOf(budgetId);
  return spec === undefined || windowId(spec, nowMs) !== window ? undefined : windowEnd(spec, nowMs);
}
