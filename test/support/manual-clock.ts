import type { Clock } from '../../lambda/ports/clock.ts';

/** A clock that stands still until it is moved; sleepers and timers wake in order of their time. */
export interface ManualClock extends Clock {
  /** Moves on to the next sleeper and wakes it; false if there is none. */
  step(): Promise<boolean>;
  /** Steps until the promise is settled. */
  run<T>(promise: Promise<T>): Promise<T>;
}

export function createManualClock(start = 1_700_000_000_000): ManualClock {
  let now = start;
  let waiting: { at: number; call: () => void }[] = [];
  const add = (ms: number, call: () => void): { at: number; call: () => void } => {
    const entry = { at: now + ms, call };
    waiting.push(entry);
    return entry;
  };
  const step = async (): Promise<boolean> => {
    const next = waiting.reduce<(typeof waiting)[number] | undefined>(
      (first, each) => (first === undefined || each.at < first.at ? each : first),
      undefined,
    );
    if (next === undefined) return false;
    waiting = waiting.filter((each) => each !== next);
    now = Math.max(now, next.at);
    next.call();
    await new Promise((resolve) => setImmediate(resolve));
    return true;
  };
  return {
    now: () => now,
    monotonic: () => now - start,
    sleep: (ms) => new Promise((resolve) => void add(ms, resolve)),
    after(ms, call) {
      let entry = add(ms, call);
      const cancel = (): void => {
        waiting = waiting.filter((each) => each !== entry);
      };
      return {
        cancel,
        restart() {
          cancel();
          entry = add(ms, call);
        },
      };
    },
    step,
    async run(promise) {
      let settled = false;
      const done = promise.finally(() => {
        settled = true;
      });
      done.catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      while (!settled && (await step()));
      return await done;
    },
  };
}
