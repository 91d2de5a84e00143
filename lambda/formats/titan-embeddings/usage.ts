import type { Usage } from '../../core/chat/usage.ts';
import type { Headers } from '../format.ts';

/** Bedrock's own count of what it bills, in the header of every InvokeModel answer; summed where calls were joined. */
export const INPUT_TOKENS_HEADER = 'x-amzn-bedrock-input-token-count';

/** Input tokens of the answers together, by the header or by their own counts. */
export function readUsage(value: unknown, headers: Headers): Usage | undefined {
  const header = headers[INPUT_TOKENS_HEADER];
  const input = header === undefined ? counted(value) : tokens(Number(header));
  if (input === undefined) return undefined;
  return { input, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 0, reasoning: 0 };
}

function counted(value: unknown): number | undefined {
  const responses = isRecord(value) ? value['responses'] : undefined;
  if (!Array.isArray(responses)) return undefined;
  let sum = 0;
  for (const response of responses) {
    const count = isRecord(response) ? tokens(response['inputTextTokenCount']) : undefined;
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}

function tokens(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
