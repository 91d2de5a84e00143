import { type Charge, chargeOf } from '../core/chat/charge.ts';
import { Progress } from '../core/chat/progress.ts';
import { TollgateError } from '../core/errors.ts';
import { targetName } from '../core/routing/target.ts';
import { readHttpError } from '../formats/openai-chat/errors.ts';
import type { UpstreamAnswer, UpstreamCall, UpstreamFailure } from '../ports/upstream.ts';
import { PROVIDERS } from '../providers/index.ts';
import { splice } from '../wire/json-splice.ts';
import type { GatewayPorts } from './ports.ts';
import { readAtMost, readStreamToCommit, readWhole } from './read-upstream.ts';
import type { Setup } from './setup.ts';
import type { Admitted, Candidate, CommittedAnswer } from './states.ts';

export type AttemptResult =
  | { readonly type: 'committed'; readonly committed: CommittedAnswer }
  /** `charge` is undefined where the provider is known not to have billed. */
  | { readonly type: 'failed'; readonly error: TollgateError; readonly charge: Charge | undefined };

/** One call of one target, up to the commit of its answer. */
export async function attempt(
  state: Admitted,
  candidate: Candidate,
  ports: GatewayPorts,
  setup: Setup,
): Promise<AttemptResult> {
  const name = targetName(candidate.target);
  const call = await send(state, candidate, ports, setup);
  if (call instanceof TollgateError) return { type: 'failed', error: call, charge: undefined };
  state.interrupt.giveUp = () => call.cancel();
  const answer = await call.answer;
  if (answer.type === 'failure') {
    const error = failureError(name, answer, state);
    return {
      type: 'failed',
      error,
      charge: answer.sent ? chargeFor(new Progress(state.view.choices), candidate, state) : undefined,
    };
  }
  if (answer.status >= 400 || answer.status < 200 || answer.status >= 300) {
    const body = await readAtMost(answer, setup.limits.errorBodyBytes);
    if (body.length >= setup.limits.errorBodyBytes) call.cancel();
    return {
      type: 'failed',
      error: readHttpError(name, answer.status, answer.headers, body),
      charge: undefined,
    };
  }
  return readAnswer(state, candidate, call, answer, setup);
}

async function readAnswer(
  state: Admitted,
  candidate: Candidate,
  call: UpstreamCall,
  answer: UpstreamAnswer,
  setup: Setup,
): Promise<AttemptResult> {
  const name = targetName(candidate.target);
  const progress = new Progress(state.view.choices);
  const streamed = state.view.stream && !/^application\/json/i.test(answer.headers['content-type'] ?? '');
  const result = streamed
    ? await readStreamToCommit(name, call, answer, progress, setup.limits)
    : await readWhole(name, answer, progress, setup.limits, state.view.stream);
  if ('kind' in result) return { type: 'committed', committed: result };
  call.cancel();
  const error = result instanceof TollgateError ? result : failureError(name, result, state);
  return { type: 'failed', error, charge: chargeFor(progress, candidate, state) };
}

async function send(
  state: Admitted,
  candidate: Candidate,
  ports: GatewayPorts,
  setup: Setup,
): Promise<UpstreamCall | TollgateError> {
  const config = setup.config.providers[candidate.target.provider];
  if (config === undefined)
    throw new Error(`Bug! the plan names the unknown provider ${candidate.target.provider}`);
  const provider = PROVIDERS[config.type];
  const key = 'key' in config && config.key !== undefined ? await secretOf(config.key, ports) : undefined;
  if (key instanceof TollgateError) return key;
  const base = ('base_url' in config ? config.base_url : undefined) ?? provider.defaultBaseUrl ?? '';
  const edits = provider.edits(state.view, {
    model: candidate.target.model,
    injectMaxTokens: candidate.inject ? candidate.outputTokens : undefined,
  });
  const { limits } = setup;
  state.trail.sentAt ??= ports.clock.monotonic();
  return ports.upstreams[provider.transport].send({
    method: 'POST',
    url: base.replace(/\/+$/, '') + provider.path,
    headers: provider.headers(key, state.view.stream),
    body: splice(state.bytes, state.tape, edits, state.patches),
    connectMs: limits.connectMs,
    headMs: limits.upstreamHeadMs,
    idleMs: limits.upstreamIdleMs,
  });
}

async function secretOf(
  ref: { env?: string | undefined; secret?: string | undefined },
  ports: GatewayPorts,
): Promise<string | undefined | TollgateError> {
  try {
    return await ports.secrets.get(ref);
  } catch (cause) {
    return new TollgateError('provider_not_configured', "The provider's key cannot be read from its store", {
      cause,
    });
  }
}

export function chargeFor(progress: Progress, candidate: Candidate, state: Admitted): Charge {
  return chargeOf(progress, {
    price: candidate.target.price,
    hiddenReasoning: candidate.target.capabilities.hiddenReasoning,
    inputBound: candidate.inputBound,
    outputBound:
      candidate.outputTokens === undefined ? undefined : candidate.outputTokens * state.view.choices,
    stream: state.view.stream,
    choices: state.view.choices,
  });
}

export function failureError(target: string, failure: UpstreamFailure, state: Admitted): TollgateError {
  const details = { target, reason: failure.reason };
  if (state.interrupt.reason === 'draining') {
    return new TollgateError('draining', 'The gateway is shutting down and could not wait for this answer', {
      retryAfterS: 1,
    });
  }
  if (state.interrupt.reason === 'deadline') {
    return new TollgateError('upstream_timeout', `${target} did not finish within the time of the request`, {
      details,
    });
  }
  switch (failure.reason) {
    case 'connect':
      return new TollgateError('upstream_unavailable', `${target} cannot be reached`, {
        details,
        cause: failure.detail,
      });
    case 'timeout':
      return new TollgateError('upstream_timeout', `${target} was silent for too long`, {
        details,
        cause: failure.detail,
      });
    case 'reset':
    case 'cancelled':
      return new TollgateError('upstream_cut', `${target} broke off its answer`, {
        details,
        cause: failure.detail,
      });
    case 'protocol':
      return new TollgateError('upstream_invalid', `${target} does not speak HTTP as expected`, {
        details,
        cause: failure.detail,
      });
  }
}
