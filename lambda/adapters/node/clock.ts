import type { Clock, Timer } from '../../ports/clock.ts';

class SystemTimer implements Timer {
  readonly #timeout: NodeJS.Timeout;
  #cancelled = false;

  constructor(ms: number, call: () => void) {
    this.#timeout = setTimeout(call, ms).unref();
  }

  cancel(): void {
    this.#cancelled = true;
    clearTimeout(this.#timeout);
  }

  restart(): void {
    if (!this.#cancelled) this.#timeout.refresh();
  }
}

/** The machine's clock. `after` never keeps the process alive, `sleep` does; a cancelled timer stays cancelled. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  after: (ms, call) => new SystemTimer(ms, call),
};
