import type { Clock, Timer } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { type ExportDeps, exportOnce } from './export-once.ts';

export interface AuditorDeps extends ExportDeps {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Milliseconds between two looks at the feed; default 1,000, so that a row is there within two seconds. */
  readonly everyMs?: number;
}

export interface Auditor {
  /** Exports all that is final by now. Never rejects: what could not be written was said and stays in the ledger. */
  flush(): Promise<void>;
  /** Ends the timer and waits for a running export; exports nothing further. */
  stop(): Promise<void>;
}

const EVERY_MS = 1_000;

/** While it fails, one warning in so many tries: enough to notice, not enough to fill a log. */
const WARN_EVERY = 60;

/**
 * Exports final entries while the gateway runs. It fails open: a full disk stops no request, since the entries wait in
 * the ledger, and every later try repeats what failed.
 */
export function startAuditor(deps: AuditorDeps): Auditor {
  let failures = 0;
  let stopped = false;
  let timer: Timer | undefined;
  let running: Promise<void> = Promise.resolve();

  async function drain(): Promise<void> {
    try {
      while ((await exportOnce(deps)) > 0);
      if (failures > 0) warn(deps, 'audit_export_recovered', `after ${failures} failed tries`);
      failures = 0;
    } catch (error) {
      if (failures % WARN_EVERY === 0) warn(deps, 'audit_export_failed', detailOf(error));
      failures += 1;
    }
  }

  /** One after the other: two exports at a time would begin the same range. */
  function flush(): Promise<void> {
    running = running.then(drain);
    return running;
  }

  async function tick(): Promise<void> {
    await flush();
    if (!stopped) timer = deps.clock.after(deps.everyMs ?? EVERY_MS, tick);
  }

  timer = deps.clock.after(deps.everyMs ?? EVERY_MS, tick);
  return {
    flush,
    async stop() {
      stopped = true;
      timer?.cancel();
      await running;
    },
  };
}

function warn(deps: AuditorDeps, what: string, detail: string): void {
  deps.telemetry.emit({ type: 'warning', what, requestId: undefined, detail });
}

function detailOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `${reason}; the rows stay in the ledger and are tried again`;
}
