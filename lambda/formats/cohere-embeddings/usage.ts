import type { Usage } from '../../core/chat/usage.ts';
import type { Headers } from '../format.ts';

/** Bedrock's own count of what it bills, in the header of every InvokeModel answer: the body has none. */
export const INPUT_TOKENS_HEADER = 'x-amzn-bedrock-input-token-count';

export function readUsage(_value: unknown, headers: Headers): Usage | undefined {
  const header = headers[INPUT_TOKENS_HEADER];
  const input = header === undefined || header === '' ? undefined : Number(header);
  if (input === undefined || !Number.isSafeInteger(input) || input < 0) return undefined;
  return { input, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 0, reasoning: 0 };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
