import type { Ledger } from '../../lambda/ledger/ledger.ts';
import type { Clock } from '../../lambda/ports/clock.ts';
import type { Telemetry } from '../../lambda/ports/telemetry.ts';

/** Milliseconds between two sweeps. */
const EVERY_MS = 60_000;
/** Milliseconds that a journal may be past its life before it is reaped: clocks differ, writes arrive late. */
const GRACE_MS = 60_000;
/** What a long-lived process does now and then: reap journals that were left, and drop entries that were exported long ago. */
export function startHousekeeping(
  ledger: Ledger,
  prune: (beforeMs: number) => void,
  clock: Clock,
  telemetry: Telemetry,
): { stop(): void } {
  const sweep = async () => {
    try {
      await ledger.reap(clock.now() - GRACE_MS);
      prune(clock.now());
    } catch (error) {
      telemetry.emit({ type: 'warning', what: 'sweep_failed', requestId: undefined, detail: String(error) });
    }
    timer.restart();
  };
  const timer = clock.after(EVERY_MS, () => void sweep());
  return { stop: () => timer.cancel() };
}
