import type { ReplayAnswer } from './replay-answer.ts';

/** Lets pieces of an answer leave only as a test allows them, so that an order is proved by cause and not by a clock. */
export class Pace {
  #allowed = 0;
  #waiting: (() => void) | undefined;

  /** The answer with this pace; its pieces wait until they are allowed. */
  of(answer: ReplayAnswer): ReplayAnswer {
    return {
      ...answer,
      before: async (piece) => {
        while (piece >= this.#allowed) {
          await new Promise<void>((resolve) => {
            this.#waiting = resolve;
          });
        }
      },
    };
  }

  allow(pieces: number): void {
    this.#allowed += pieces;
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
