import { type WindowSpec, windowEnd, windowId } from '../core/windows.ts';
import type { Clock } from '../ports/clock.ts';

interface Known {
  readonly id: string;
  readonly from: number;
  /** Infinity for a total. */
  readonly until: number;
}

/**
 * The window that is current by the clock. Finding one in a time zone formats some thirty dates, so the answer is kept
 * until the window ends; there are as many as the config has zones and kinds of windows.
 */
export class Calendar {
  readonly #clock: Clock;
  readonly #zones = new Map<string, Map<string, Known>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the epoch, by the clock. */
  now(): number {
    return this.#clock.now();
  }

  id(spec: WindowSpec): string {
    return this.#current(spec).id;
  }

  /** Milliseconds since the epoch; undefined for a total, which never starts anew. */
  end(spec: WindowSpec): number | undefined {
    const { until } = this.#current(spec);
    return until === Number.POSITIVE_INFINITY ? undefined : until;
  }

  #current(spec: WindowSpec): Known {
    const now = this.#clock.now();
    let zone = this.#zones.get(spec.tz);
    const known = zone?.get(spec.window);
    if (known !== undefined && now >= known.from && now < known.until) return known;
    const fresh = {
      id: windowId(spec, now),
      from: now,
      until: windowEnd(spec, now) ?? Number.POSITIVE_INFINITY,
    };
    if (zone === undefined) {
      zone = new Map();
      this.#zones.set(spec.tz, zone);
    }
    zone.set(spec.window, fresh);
    return fresh;
  }
}
