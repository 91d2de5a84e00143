import type { UpstreamAnswer, UpstreamFailure } from '../../../ports/upstream.ts';
import type { Answered } from './one-call.ts';
import { answerOf, readWhole } from './whole-answer.ts';

/** Bytes of an answer that holds one number, or of an error. */
const ANSWER_BYTES = 256 * 1024;

type Count = (body: Uint8Array) => Promise<Answered | UpstreamFailure>;

/**
 * Counts the tokens of a request of the Messages format, which Bedrock takes as the body of an InvokeModel call, and
 * answers in the words of the Messages API. Errors, and what is no count, are passed on as they are.
 */
export async function countMessages(
  body: Uint8Array,
  count: Count,
): Promise<UpstreamAnswer | UpstreamFailure> {
  const encoded = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64');
  const asked = Buffer.from(JSON.stringify({ input: { invokeModel: { body: encoded } } }));
  const got = await readWhole(await count(asked), ANSWER_BYTES);
  if ('type' in got) return got;
  const tokens = got.status === 200 ? tokensIn(got.body) : undefined;
  if (tokens === undefined) return answerOf(got);
  const told = Buffer.from(JSON.stringify({ input_tokens: tokens }));
  return answerOf({ status: 200, headers: { 'content-type': 'application/json' }, body: told });
}

function tokensIn(body: Uint8Array): number | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    if (typeof value !== 'object' || value === null || !('inputTokens' in value)) return undefined;
    return typeof value.inputTokens === 'number' ? value.inputTokens : undefined;
  } catch {
    return undefined;
  }
}
