import type { Telemetry, TelemetryEvent } from '../../ports/telemetry.ts';
import { textLine } from './telemetry-text.ts';

export interface TelemetryOptions {
  /** Takes one line without its line end. May throw: the line is lost then and nothing else happens. */
  readonly write: (line: string) => void;
  /** `text` for people at a terminal, `json` for log collectors. */
  readonly format: 'text' | 'json';
  /** Milliseconds since the epoch. Default: the machine's clock. */
  readonly now?: () => number;
}

/** One line per event. Never throws: a broken pipe must not break a request. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const now = options.now ?? Date.now;
  const line = options.format === 'json' ? jsonLine : textLine;
  return {
    emit(event) {
      try {
        options.write(line(event, now()));
      } catch {
        // Telemetry fails open.
      }
    },
  };
}

/** Amounts are decimal strings, since JSON readers lose bigints above 2^53. */
function jsonLine(event: TelemetryEvent, now: number): string {
  return JSON.stringify({ at: new Date(now).toISOString(), ...event }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
