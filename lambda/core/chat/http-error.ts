import type { ErrorCode } from '../errors.ts';

/** Longest upstream message that is relayed; some servers answer a whole page. */
const MESSAGE_CHARACTERS = 2_000;

/** The gateway's word for an upstream's HTTP status of 400 or more. */
export function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'upstream_auth';
  if (status === 408 || status === 504) return 'upstream_timeout';
  if (status === 429) return 'upstream_rate_limited';
  if (status === 503 || status === 529) return 'upstream_unavailable';
  return status >= 400 && status < 500 ? 'upstream_rejected' : 'upstream_error';
}

/** `retry-after` in whole seconds; the HTTP-date form is not used by model providers and is left out. */
export function retryAfter(headers: Readonly<Record<string, string>>): number | undefined {
  const ms = Number(headers['retry-after-ms']);
  if (Number.isFinite(ms) && ms > 0) return Math.ceil(ms / 1000);
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : undefined;
}

/** What JSON.parse makes of a body; undefined where it is none, such as a CDN's HTML page. */
export function parseBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

export function clipMessage(message: string): string {
  return message.length <= MESSAGE_CHARACTERS ? message : `${message.slice(0, MESSAGE_CHARACTERS)} [...]`;
}

/**
 * Whether a server error only says that the input is longer than the model takes. llama.cpp answers 500 then, but the
 * same request fails everywhere and at any time, so it is the caller's to change.
 */
export function isTooLong(status: number, message: string | undefined): boolean {
  return status === 500 && /too (large|long)|context size/i.test(message ?? '');
}

/** How providers say that a conversation is longer than the model takes; by their words, since few give a code for it. */
const TOO_LONG =
  /prompt is too long|input is too long|maximum context length|exceeds the maximum number of tokens|exceeds? (?:the )?(?:available )?context/i;

/**
 * The code by which clients know that a conversation is too long, where an upstream says so in words or under a number;
 * otherwise its own code.
 */
export function contextCode(code: string | null, message: string | undefined): string | null {
  const says = code === null || /^\d+$/.test(code);
  return says && TOO_LONG.test(message ?? '') ? 'context_length_exceeded' : code;
}

/**
 * Whether an upstream refused a request because of signed reasoning in it: changed, of another model, or bound to a
 * conversation that reads otherwise by now. Source: Anthropic API, "Preserved thinking", by their words.
 */
export function refusesReasoning(message: string): boolean {
  return /invalid `?signature`?|bound to a different conversation|thinking`? blocks? .*cannot be modified/i.test(
    message,
  );
}
