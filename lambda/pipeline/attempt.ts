import { mayCacheLong } from '../core/chat/bound.ts';
import { type Charge, chargeOf } from '../core/chat/charge.ts';
import { refusesReasoning } from '../core/chat/http-error.ts';
import { Progress } from '../core/chat/progress.ts';
import type { RequestView } from '../core/chat/request.ts';
import { NO_USAGE } from '../core/chat/usage.ts';
import { type ErrorCode, TollgateError } from '../core/errors.ts';
import { ZERO } from '../core/money.ts';
import { targetName } from '../core/routing/target.ts';
import type { SendFacts } from '../formats/format.ts';
import type { KeyRef } from '../ports/secrets.ts';
import type { UpstreamAnswer, UpstreamCall } from '../ports/upstream.ts';
import type { Edit } from '../wire/json-splice.ts';
import { failureError } from './failure.ts';
import { isFallback, ownEdits } from './fallback.ts';
import type { GatewayPorts } from './ports.ts';
import { readAtMost, readStreamToCommit, readWhole } from './read-upstream.ts';
import { isForwarded, type Served } from './services.ts';
import type { Setup } from './setup.ts';
import type { Source } from './source.ts';
import type { Admitted, Candidate, CommittedAnswer } from './states.ts';

export type AttemptResult =
  | { readonly type: 'committed'; readonly committed: CommittedAnswer }
  /** `charge` is undefined where the provider is known not to have billed. */
  | { readonly type: 'failed'; readonly error: TollgateError; readonly charge: Charge | undefined };

/** What can be called; an estimate needs nobody. */
export type Callable = Exclude<Served, { kind: 'estimate' }>;

/** How one try differs from another of the same target. */
interface Try {
  readonly key: string | undefined;
  /** The reasoning of earlier turns is left out. */
  readonly plain: boolean;
}

/**
 * One call of one target, up to the commit of its answer. Two refusals, which nobody bills, are mended and tried again,
 * each once: a key that was rotated meanwhile, and reasoning that a client's edits of the history have made invalid.
 */
export async function attempt(
  state: Admitted,
  candidate: Candidate,
  served: Callable,
  ports: GatewayPorts,
  setup: Setup,
): Promise<AttemptResult> {
  const ref = keyRef(candidate.target.provider, setup);
  const key = ref === undefined ? undefined : await keyOf(() => ports.secrets.get(ref));
  if (key instanceof TollgateError) return { type: 'failed', error: key, charge: undefined };
  const go = (one: Try) => tryOnce(state, candidate, served, one, ports, setup);
  let last: Try = { key, plain: isFallback(state, candidate) };
  let result = await go(last);
  if (ref !== undefined && failedBy(result) === 'upstream_auth') {
    const fresh = await keyOf(() => ports.secrets.renew(ref));
    if (fresh instanceof TollgateError || fresh === key) return result;
    last = { ...last, key: fresh };
    result = await go(last);
  }
  if (last.plain || !isReasoningRefused(result, served) || state.interrupt.reason !== undefined)
    return result;
  state.trail.warnings.push('reasoning of earlier turns left out: the provider refused it');
  return go({ ...last, plain: true });
}

function failedBy(result: AttemptResult): ErrorCode | undefined {
  return result.type === 'failed' ? result.error.code : undefined;
}

/**
 * A chat client cannot know that the ids it sends back carry reasoning bound to what came before, so the call is made
 * without it. A caller of the provider's own format gets the refusal: it sent the blocks itself and may say what to do.
 */
function isReasoningRefused(result: AttemptResult, served: Callable): boolean {
  if (result.type !== 'failed' || result.error.code !== 'upstream_rejected') return false;
  return !isForwarded(served) && refusesReasoning(result.error.message);
}

async function tryOnce(
  state: Admitted,
  candidate: Candidate,
  served: Callable,
  one: Try,
  ports: GatewayPorts,
  setup: Setup,
): Promise<AttemptResult> {
  const name = targetName(candidate.target);
  const call = send(state, candidate, served, one, ports, setup);
  if (call instanceof TollgateError) return { type: 'failed', error: call, charge: undefined };
  state.interrupt.giveUp = () => call.cancel();
  const answer = await call.answer;
  if (answer.type === 'failure') {
    const error = failureError(name, answer, state);
    return {
      type: 'failed',
      error,
      charge: answer.sent ? chargeFor(new Progress(candidate.choices), candidate, state) : undefined,
    };
  }
  if (answer.status >= 400 || answer.status < 200 || answer.status >= 300) {
    const body = await readAtMost(answer, setup.limits.errorBodyBytes);
    if (body.length >= setup.limits.errorBodyBytes) call.cancel();
    return {
      type: 'failed',
      error: served.service.format.readHttpError(name, answer.status, answer.headers, body),
      charge: undefined,
    };
  }
  return readAnswer(state, candidate, served, call, answer, setup);
}

async function readAnswer(
  state: Admitted,
  candidate: Candidate,
  served: Callable,
  call: UpstreamCall,
  answer: UpstreamAnswer,
  setup: Setup,
): Promise<AttemptResult> {
  const name = targetName(candidate.target);
  const progress = new Progress(candidate.choices);
  const streamed =
    served.kind === 'chat' &&
    state.view.stream &&
    !/^application\/json/i.test(answer.headers['content-type'] ?? '');
  const result = streamed
    ? await readStreamToCommit(name, served.service.format, call, answer, progress, setup.limits)
    : await readWhole(state, name, served, answer, progress, setup.limits);
  if ('kind' in result) return { type: 'committed', committed: result };
  call.cancel();
  const error = result instanceof TollgateError ? result : failureError(name, result, state);
  return { type: 'failed', error, charge: chargeFor(progress, candidate, state) };
}

function send(
  state: Admitted,
  candidate: Candidate,
  served: Callable,
  one: Try,
  ports: GatewayPorts,
  setup: Setup,
): UpstreamCall | TollgateError {
  const provider = setup.provider(candidate.target.provider);
  if (provider === undefined)
    throw new Error(`Bug! the plan names the unknown provider ${candidate.target.provider}`);
  const facts = sendFacts(state, candidate, served, one.plain);
  const body = bodyOf(state, served, facts);
  if (body instanceof TollgateError) return body;
  const { limits } = setup;
  state.trail.sentAt ??= ports.clock.monotonic();
  return ports.upstreams[provider.transport].send({
    method: 'POST',
    url: provider.baseUrl + served.service.path(facts),
    headers: served.service.headers(one.key, facts),
    body,
    connectMs: limits.connectMs,
    headMs: limits.upstreamHeadMs,
    idleMs: limits.upstreamIdleMs,
  });
}

function sendFacts(state: Admitted, candidate: Candidate, served: Callable, fallback: boolean): SendFacts {
  const { target } = candidate;
  return {
    target: targetName(target),
    model: target.model,
    maxTokens:
      state.view.maxTokens === undefined || candidate.inject
        ? candidate.outputTokens
        : state.view.maxTokens.value,
    inject: candidate.inject && state.view.maxTokens === undefined,
    stream: state.view.stream,
    capabilities: target.capabilities,
    fallback,
    // A request written anew is of the version that our writer knows, whatever the caller's own API has.
    callerHeaders: isForwarded(served) ? state.exchange.headers : {},
  };
}

/** The caller's own bytes with edits, or the request written anew in the upstream's format. */
function bodyOf(state: Admitted, served: Callable, send: SendFacts): Uint8Array | TollgateError {
  const { source, view } = state;
  if (isForwarded(served)) {
    return source.edited([
      ...ownEdits(state, served, send.fallback),
      ...capEdit(view, send),
      ...served.service.edits(view, send),
    ]);
  }
  const written = translated(source, served, send);
  return typeof written === 'string' ? Buffer.from(written) : written;
}

/** A cap of the caller's that is above the model's is lowered in place. */
function capEdit({ maxTokens }: RequestView, send: SendFacts): readonly Edit[] {
  if (maxTokens === undefined || send.maxTokens === undefined || send.maxTokens >= maxTokens.value) return [];
  return [{ op: 'set', path: [maxTokens.param], json: String(send.maxTokens) }];
}

function translated(source: Source, served: Callable, send: SendFacts): string | TollgateError {
  if (served.kind === 'embeddings') {
    const request = source.embeddings(served.caller);
    return request instanceof TollgateError ? request : served.service.format.write(request, send);
  }
  const conversation = source.conversation(served.caller);
  return conversation instanceof TollgateError
    ? conversation
    : served.service.format.write(conversation, send);
}

function keyRef(provider: string, setup: Setup): KeyRef | undefined {
  const section = setup.config.providers[provider];
  return section !== undefined && 'key' in section ? section.key : undefined;
}

async function keyOf(read: () => Promise<string | undefined>): Promise<string | undefined | TollgateError> {
  try {
    return await read();
  } catch (cause) {
    return new TollgateError('provider_not_configured', "The provider's key cannot be read from its store", {
      cause,
    });
  }
}

/** What an attempt cost or may have cost. Counting tokens costs nothing. */
export function chargeFor(progress: Progress, candidate: Candidate, state: Admitted): Charge {
  if (state.operation.kind === 'count_tokens') return { usage: NO_USAGE, cost: ZERO, source: 'upstream' };
  return chargeOf(progress, {
    price: candidate.target.price,
    hiddenReasoning: candidate.target.capabilities.hiddenReasoning,
    inputBound: candidate.inputBound,
    outputBound:
      candidate.outputTokens === undefined ? undefined : candidate.outputTokens * candidate.choices,
    stream: state.view.stream,
    choices: candidate.choices,
    cachesLong: () => mayCacheLong(state.tape),
  });
}
