import { NO_USAGE, type Usage } from '../../core/chat/usage.ts';
import { INPUT_TOKENS_HEADER, usageOfHeader } from '../../core/embeddings/bedrock-count.ts';
import { countIn, isRecord } from '../../core/json-value.ts';
import type { Headers } from '../format.ts';

/** Input tokens of the answers together, by the header or by their own counts. */
export function readUsage(value: unknown, headers: Headers): Usage | undefined {
  if (headers[INPUT_TOKENS_HEADER] !== undefined) return usageOfHeader(headers);
  const input = counted(value);
  return input === undefined ? undefined : { ...NO_USAGE, input };
}

function counted(value: unknown): number | undefined {
  const responses = isRecord(value) ? value['responses'] : undefined;
  if (!Array.isArray(responses)) return undefined;
  let sum = 0;
  for (const response of responses) {
    const count = isRecord(response) ? countIn(response['inputTextTokenCount']) : undefined;
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}
