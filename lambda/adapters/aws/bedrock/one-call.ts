import type {
  Upstream,
  UpstreamAnswer,
  UpstreamCall,
  UpstreamFailure,
  UpstreamRequest,
} from '../../../ports/upstream.ts';
import { cancelled, detailOf, failure } from './failures.ts';
import type { ApiOperation } from './routes.ts';
import type { Sdk, Signed } from './sdk.ts';
import type { SdkPlace } from './sdks.ts';

/** What tells a call that it is given up. */
export class Cancelling {
  cancelled = false;
  readonly #hooks = new Set<() => void>();

  /** Runs once, at once where it is given up already. */
  whenCancelled(hook: () => void): void {
    if (this.cancelled) hook();
    else this.#hooks.add(hook);
  }

  cancel(): void {
    this.cancelled = true;
    for (const hook of this.#hooks) hook();
    this.#hooks.clear();
  }
}

/** What every call is made with. */
export interface Line {
  readonly http: Upstream;
  sdk(place: SdkPlace): Promise<Sdk>;
  /** A request could not be signed: no credentials, or none that can be read. */
  unsigned(detail: string): void;
}

/** The call whose answer came, for what is read of it later. */
export interface Answered {
  readonly type: 'answered';
  readonly call: UpstreamCall;
  readonly answer: UpstreamAnswer;
}

/** Signs and sends one request of Bedrock's API. Signing has the time of a connection: credentials may be fetched for it. */
export async function callOnce(
  line: Line,
  place: SdkPlace,
  operation: ApiOperation,
  model: string,
  body: Uint8Array,
  request: UpstreamRequest,
  cancelling: Cancelling,
): Promise<Answered | UpstreamFailure> {
  const signing = signed(line, place, operation, model, body);
  const ready = await within(signing, request.connectMs, cancelling);
  if ('type' in ready) return ready;
  const { connectMs, headMs, idleMs } = request;
  const call = line.http.send({ method: 'POST', ...ready.signed, connectMs, headMs, idleMs });
  cancelling.whenCancelled(() => call.cancel());
  const answer = await call.answer;
  return answer.type === 'failure' ? answer : { type: 'answered', call, answer };
}

async function signed(
  line: Line,
  place: SdkPlace,
  operation: ApiOperation,
  model: string,
  body: Uint8Array,
): Promise<{ readonly signed: Signed } | UpstreamFailure> {
  try {
    const sdk = await line.sdk(place);
    return { signed: await sdk.sign(operation, model, body) };
  } catch (error) {
    const detail = detailOf(error);
    line.unsigned(detail);
    return failure('connect', false, `the request cannot be signed: ${detail}`);
  }
}

function within<T>(
  work: Promise<T | UpstreamFailure>,
  ms: number,
  cancelling: Cancelling,
): Promise<T | UpstreamFailure> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(failure('connect', false, 'no AWS credentials within the time limit'));
    }, ms);
    const end = (value: T | UpstreamFailure): void => {
      clearTimeout(timer);
      resolve(value);
    };
    cancelling.whenCancelled(() => end(cancelled(false)));
    void work.then(end);
  });
}
