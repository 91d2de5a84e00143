import type {
  Upstream,
  UpstreamAnswer,
  UpstreamCall,
  UpstreamFailure,
  UpstreamRequest,
} from '../../../ports/upstream.ts';
import { countMessages } from './count-messages.ts';
import { decodedAnswer } from './decoded-answer.ts';
import { cancelled, failure } from './failures.ts';
import { jsonLines, messageEvents } from './frames.ts';
import { invokeEach } from './invoke-each.ts';
import { type Answered, Cancelling, callOnce, type Line } from './one-call.ts';
import { type ApiOperation, type Route, routeOf } from './routes.ts';
import type { Credentials } from './sdk.ts';
import { createSdks, type SdkPlace } from './sdks.ts';

/** Milliseconds for which missing credentials are taken for missing, so that a login is noticed without a restart. */
const UNSIGNED_MS = 10_000;

/** Names the region to sign for, since the host of a VPC endpoint does not. It is not sent on. */
const REGION_HEADER = 'aws-region';

export interface BedrockUpstreamOptions {
  /** What carries the signed requests. It is closed by whoever made it. */
  readonly http: Upstream;
  /** As whom requests are signed. Default: AWS's own chain of environment, profile, container and instance. */
  readonly credentials?: Credentials;
}

/**
 * The runtime API of Amazon Bedrock. Requests come with the provider's URL and body, are signed by AWS's client, or carry
 * the API key that their `authorization` brought, and go out through our own HTTP client. Answers are passed on as they
 * are, except for event streams: those of Converse become lines of JSON, those of Claude server-sent events.
 *
 * Without credentials a call fails as one that was never sent, so that another target may answer, and for a while the
 * upstream tells that it is unusable. AWS's client is loaded with the first call.
 */
export function createBedrockUpstream({ http, credentials }: BedrockUpstreamOptions): Upstream {
  const running = new Set<BedrockCall>();
  let closed = false;
  let unsigned: { readonly detail: string; readonly until: number } | undefined;
  const line: Line = {
    http,
    sdk: createSdks(credentials),
    unsigned(detail) {
      unsigned = { detail, until: performance.now() + UNSIGNED_MS };
    },
  };
  return {
    unusable() {
      if (unsigned === undefined || performance.now() >= unsigned.until) return undefined;
      return `has no AWS credentials (${unsigned.detail})`;
    },
    send(request) {
      const route = routeOf(request.url);
      const region = request.headers[REGION_HEADER];
      if (closed) return failed(failure('connect', false, 'closed'));
      if (route === undefined || region === undefined || request.body === undefined) {
        return failed(failure('protocol', false, 'no operation of Bedrock is at this address'));
      }
      const place = { endpoint: route.endpoint, region, token: bearer(request.headers['authorization']) };
      const call = new BedrockCall(line, place, route, request, request.body);
      running.add(call);
      void call.answer.then(() => running.delete(call));
      return call;
    },
    close() {
      closed = true;
      for (const call of running) call.cancel();
      return Promise.resolve();
    },
  };
}

class BedrockCall implements UpstreamCall {
  readonly answer: Promise<UpstreamAnswer | UpstreamFailure>;
  readonly #line: Line;
  readonly #place: SdkPlace;
  readonly #route: Route;
  readonly #request: UpstreamRequest;
  readonly #cancelling = new Cancelling();

  constructor(line: Line, place: SdkPlace, route: Route, request: UpstreamRequest, body: Uint8Array) {
    this.#line = line;
    this.#place = place;
    this.#route = route;
    this.#request = request;
    this.answer = this.#run(body);
  }

  cancel(): void {
    this.#cancelling.cancel();
  }

  #run(body: Uint8Array): Promise<UpstreamAnswer | UpstreamFailure> {
    const { operation } = this.#route;
    if (operation === 'messages-count-tokens') {
      return countMessages(body, (wrapped) => this.#once('count-tokens', wrapped));
    }
    if (operation !== 'invoke-each') return this.#decoded(operation, body);
    const each = new Cancelling();
    this.#cancelling.whenCancelled(() => each.cancel());
    return invokeEach(
      body,
      (one) => this.#once('invoke', one, each),
      () => each.cancel(),
    );
  }

  async #decoded(operation: ApiOperation, body: Uint8Array): Promise<UpstreamAnswer | UpstreamFailure> {
    const got = await this.#once(operation, body);
    if (got.type === 'failure') return got;
    const { call, answer } = got;
    const streams = answer.status === 200 && /eventstream/i.test(answer.headers['content-type'] ?? '');
    if (!streams) return answer;
    const writer = operation === 'converse-stream' ? jsonLines : messageEvents;
    return decodedAnswer(call, answer, writer);
  }

  #once(
    operation: ApiOperation,
    body: Uint8Array,
    cancelling: Cancelling = this.#cancelling,
  ): Promise<Answered | UpstreamFailure> {
    if (cancelling.cancelled) return Promise.resolve(cancelled(false));
    const { model } = this.#route;
    return callOnce(this.#line, this.#place, operation, model, body, this.#request, cancelling);
  }
}

function bearer(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^Bearer (.+)$/.exec(authorization)?.[1];
}

function failed(how: UpstreamFailure): UpstreamCall {
  return { answer: Promise.resolve(how), cancel: () => undefined };
}
