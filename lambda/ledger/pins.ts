import { isRecord } from '../core/json-value.ts';
import { type Nano, toNano } from '../core/money.ts';

/** Where one scope of a request was charged, so that every later move finds the very same place. */
export interface Pin {
  readonly scope: string;
  /** The counter; 0 unless the scope was split. */
  readonly pool: number;
  /** Number of the lease in the same journal that pays; undefined: the counter itself. */
  readonly lease: number | undefined;
  /** What this scope holds, where that is not what the entry holds. */
  readonly own: Nano | undefined;
  /** Whether the request counts among the running ones. */
  readonly running: boolean;
  /** Nanoseconds that it took from the bucket of tokens there; what is not used is given back from this. */
  readonly tokenNs: bigint;
  /** Windows by budget id. Totals have none. */
  readonly windows: readonly PinnedWindow[];
}

export interface PinnedWindow {
  readonly budget: string;
  readonly id: string;
}

/** What a pin holds in an entry that holds `held`. */
export function heldBy(pin: Pin, held: Nano): Nano {
  return pin.own ?? held;
}

/**
 * `{"team:search":{"day":"2026-11-24"}}`: what the entry's `sc` holds, readable in the audit too. What is not a window
 * begins with `#`, which no budget id does.
 */
export function writePins(pins: readonly Pin[]): string {
  return JSON.stringify(
    Object.fromEntries(
      pins.map(({ scope, pool, lease, own, running, tokenNs, windows }) => [
        scope,
        {
          ...Object.fromEntries(windows.map(({ budget, id }) => [budget, id])),
          ...(pool === 0 ? {} : { '#pool': pool }),
          ...(lease === undefined ? {} : { '#lease': lease }),
          ...(own === undefined ? {} : { '#own': String(own) }),
          ...(running ? { '#run': 1 } : {}),
          ...(tokenNs === 0n ? {} : { '#tokens': String(tokenNs) }),
        },
      ]),
    ),
  );
}

export function readPins(sc: string): readonly Pin[] {
  return Object.entries(record(JSON.parse(sc))).map(([scope, value]) => {
    const parts = record(value);
    const { '#pool': pool, '#lease': lease, '#own': own, '#run': running, '#tokens': tokens } = parts;
    return {
      scope,
      pool: typeof pool === 'number' ? pool : 0,
      lease: typeof lease === 'number' ? lease : undefined,
      own: typeof own === 'string' ? toNano(BigInt(own)) : undefined,
      running: running === 1,
      tokenNs: typeof tokens === 'string' ? BigInt(tokens) : 0n,
      windows: Object.entries(parts)
        .filter(([budget]) => !budget.startsWith('#'))
        .map(([budget, id]) => {
          if (typeof id !== 'string') throw new TypeError('Bug! An entry names a window that is not text');
          return { budget, id };
        }),
    };
  });
}

function record(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw new TypeError('Bug! An entry holds no scopes');
  return value;
}
