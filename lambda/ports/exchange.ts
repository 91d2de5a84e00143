import type { IdentityClaim } from '../core/identity/caller.ts';

/**
 * One HTTP request and its answer, without a runtime's objects. Header names are lower case. The answer is written
 * in order: `head` once, `write` any number of times, `end` once. None of them throws or rejects: a caller that has
 * gone away turns them into no-ops.
 */
export interface Exchange {
  readonly method: string;
  /** Path without the query string, percent-encoding untouched. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly claim: IdentityClaim;
  /** The whole body, or `too_large` as soon as more than `maxBytes` arrived or were announced, or `gone`. */
  body(maxBytes: number): Promise<Uint8Array | 'too_large' | 'gone'>;
  head(status: number, headers: Readonly<Record<string, string>>): void;
  /**
   * Undefined when the transport wants more at once, so that the usual write costs no promise; else a promise that
   * resolves when it does, or when the caller is gone.
   */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Resolves when the last byte was handed to the transport. */
  end(): Promise<void>;
  /** Whether the caller is known to have gone. Always false on Lambda, where a disconnect is invisible. */
  gone(): boolean;
  /** Calls back once when the caller goes, at once if it has gone. */
  onGone(listener: () => void): void;
  /** Milliseconds that the platform still grants this request, or undefined where it sets no end. */
  remainingMs(): number | undefined;
}
