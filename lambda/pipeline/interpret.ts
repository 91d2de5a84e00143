import type { Progress } from '../core/chat/progress.ts';
import { TollgateError } from '../core/errors.ts';
import type { Headers } from '../formats/format.ts';
import type { Callable } from './attempt.ts';
import { isForwarded } from './services.ts';
import type { Admitted, Rewrite } from './states.ts';

/**
 * Reads a whole answer: meters it, and gives the bytes that are forwarded, or what writes it anew in the caller's format.
 * Usage always comes from the upstream's own shape.
 */
export function interpret(
  state: Admitted,
  target: string,
  served: Callable,
  value: unknown,
  body: Uint8Array,
  headers: Headers,
  progress: Progress,
): Uint8Array | Rewrite | TollgateError {
  switch (served.kind) {
    case 'chat': {
      const { caller, service } = served;
      const events = service.format.readAnswer(target, value, body);
      for (const event of events) progress.see(event);
      if (progress.error !== undefined) return progress.error;
      progress.done = true;
      return isForwarded(served) ? body : (facts, costUsd) => caller.writeAnswer(events, facts, costUsd);
    }
    case 'embeddings': {
      const { caller, service } = served;
      const usage = service.format.readUsage(value, headers);
      if (usage !== undefined) progress.see({ type: 'usage', usage });
      progress.done = true;
      if (isForwarded(served)) return body;
      const request = state.source.embeddings(caller);
      if (request instanceof TollgateError) return request;
      const answer = service.format.readAnswer(target, value, headers);
      if (answer instanceof TollgateError) return answer;
      const [wanted, got] = [request.inputs.length, answer.vectors.length];
      if (wanted !== got) {
        return new TollgateError('upstream_invalid', `${target} sent ${got} embeddings for ${wanted} texts`);
      }
      return (facts) => caller.writeAnswer(answer, request, facts);
    }
    case 'count_tokens': {
      progress.done = true;
      const tokens = served.service.format.readCount(value);
      if (tokens === undefined) {
        return new TollgateError('upstream_invalid', `${target} answered a token count that cannot be read`);
      }
      return isForwarded(served) ? body : ({ warnings }) => served.caller.writeCount(tokens, warnings);
    }
  }
}
