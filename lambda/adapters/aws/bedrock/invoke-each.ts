import { INPUT_TOKENS_HEADER } from '../../../core/embeddings/bedrock-count.ts';
import type { UpstreamAnswer, UpstreamFailure } from '../../../ports/upstream.ts';
import { scanJson } from '../../../wire/json-scan.ts';
import { JsonTape } from '../../../wire/json-tape.ts';
import { failure } from './failures.ts';
import type { Answered } from './one-call.ts';
import { answerOf, readWhole, type Whole } from './whole-answer.ts';

/** Calls of one list that run at a time: enough to hide their latency, far below the quota of an account. */
const AT_A_TIME = 8;
/** Bytes of one answer: the longest vectors take some 40 KB. */
const ANSWER_BYTES = 1024 * 1024;
/** Nesting of a list of requests. */
const MAX_DEPTH = 16;

type Invoke = (body: Uint8Array) => Promise<Answered | UpstreamFailure>;

/**
 * Invokes a model with each of `requests` and joins the answers in their order, the header of their tokens summed. The
 * first that goes wrong ends all: its own status is the answer where nothing was billed yet, and otherwise the whole is a
 * failure, since what was billed has no place in an error.
 */
export async function invokeEach(
  body: Uint8Array,
  invoke: Invoke,
  cancel: () => void,
): Promise<UpstreamAnswer | UpstreamFailure> {
  const requests = listed(body);
  if (requests === undefined) return failure('protocol', false, 'the list of requests cannot be read');
  const answers: Whole[] = [];
  let wrong: Whole | UpstreamFailure | undefined;
  let billed = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (wrong === undefined && next < requests.length) {
      const index = next++;
      const got = await readWhole(await invoke(requests[index] ?? body), ANSWER_BYTES);
      if ('type' in got || got.status !== 200) {
        if (wrong === undefined) {
          wrong = got;
          cancel();
        }
        if ('type' in got && got.sent && got !== wrong) billed += 1;
        return;
      }
      billed += 1;
      answers[index] = got;
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, requests.length) }, worker));
  if (wrong !== undefined) return broken(wrong, billed, requests.length);
  return joined(answers);
}

function listed(body: Uint8Array): readonly Uint8Array[] | undefined {
  const tape = scanJson(body, MAX_DEPTH);
  if (!(tape instanceof JsonTape)) return undefined;
  const list = tape.find(['requests']);
  if (list === undefined) return undefined;
  return tape.elements(list).map((element) => body.subarray(tape.start(element), tape.end(element)));
}

function broken(
  wrong: Whole | UpstreamFailure,
  billed: number,
  all: number,
): UpstreamAnswer | UpstreamFailure {
  if (billed === 0) return 'type' in wrong ? wrong : answerOf(wrong);
  const how =
    'type' in wrong ? wrong.detail : `HTTP ${wrong.status} ${wrong.headers['x-amzn-errortype'] ?? ''}`;
  const reason = 'type' in wrong ? wrong.reason : 'reset';
  return failure(reason, true, `${billed} of ${all} calls may have been billed when one failed: ${how}`);
}

function joined(answers: readonly Whole[]): UpstreamAnswer {
  const counts = answers.map(({ headers }) => Number(headers[INPUT_TOKENS_HEADER] ?? Number.NaN));
  const sum = counts.reduce((a, b) => a + b, 0);
  const parts = answers.flatMap(({ body }, index) => (index === 0 ? [body] : [Buffer.from(','), body]));
  return answerOf({
    status: 200,
    headers: {
      'content-type': 'application/json',
      ...(Number.isNaN(sum) ? {} : { [INPUT_TOKENS_HEADER]: String(sum) }),
    },
    body: Buffer.concat([Buffer.from('{"responses":['), ...parts, Buffer.from(']}')]),
  });
}
