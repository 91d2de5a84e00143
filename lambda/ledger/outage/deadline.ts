import type { Clock } from '../../ports/clock.ts';

/** What `call` gives, or after `ms` what `late` gives; then `call` goes on, and nobody reads how it ends. */
export function within<T>(
  clock: Clock,
  ms: number,
  call: () => Promise<T>,
  late: () => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => resolve(late()));
    call().then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      (error: unknown) => {
        timer.cancel();
        reject(error);
      },
    );
  });
}
