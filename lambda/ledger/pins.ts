/** The windows of one scope in which a request was charged, by budget id. Totals have no window. */
export interface Pin {
  readonly scope: string;
  readonly windows: readonly PinnedWindow[];
}

export interface PinnedWindow {
  readonly budget: string;
  readonly id: string;
}

/** `{"team:search":{"day":"2026-11-24"}}`: what the entry's `sc` holds, readable in the audit too. */
export function writePins(pins: readonly Pin[]): string {
  return JSON.stringify(
    Object.fromEntries(
      pins.map((pin) => [pin.scope, Object.fromEntries(pin.windows.map(({ budget, id }) => [budget, id]))]),
    ),
  );
}

export function readPins(sc: string): readonly Pin[] {
  return entriesOf(JSON.parse(sc)).map(([scope, windows]) => ({
    scope,
    windows: entriesOf(windows).map(([budget, id]) => {
      if (typeof id !== 'string') throw new TypeError('Bug! An entry names a window that is not text');
      return { budget, id };
    }),
  }));
}

function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null) throw new TypeError('Bug! An entry holds no scopes');
  return Object.entries(value);
}
