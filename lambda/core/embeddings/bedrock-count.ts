import { NO_USAGE, type Usage } from '../chat/usage.ts';
import { countIn } from '../json-value.ts';

/** Bedrock's own count of what it bills, in the header of every InvokeModel answer; summed where calls were joined. */
export const INPUT_TOKENS_HEADER = 'x-amzn-bedrock-input-token-count';

/** Usage by the header; undefined where there is none, or no count in it. */
export function usageOfHeader(headers: Readonly<Record<string, string>>): Usage | undefined {
  const header = headers[INPUT_TOKENS_HEADER];
  const input = header === undefined || header === '' ? undefined : countIn(Number(header));
  return input === undefined ? undefined : { ...NO_USAGE, input };
}
