import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds until a condition that does not come true is a failure; far above what a busy machine needs. */
const DEADLINE_MS = 30_000;
const LOOK_MS = 25;

/** Looks until `look` finds something; `what` says in the error what did not happen. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  everyMs = LOOK_MS,
): Promise<T> {
  const end = performance.now() + DEADLINE_MS;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(everyMs);
  }
  throw new Error(`not within ${DEADLINE_MS / 1000} s: ${what}`);
}
