import { hasSigned } from '../core/chat/signed.ts';
import { TollgateError } from '../core/errors.ts';
import type { Edit } from '../wire/json-splice.ts';
import { isForwarded, type Served } from './services.ts';
import type { Admitted, Candidate } from './states.ts';

/** Whether a target takes the place of another one, which may have signed the reasoning of earlier turns. */
export function isFallback({ trail, preferred }: Admitted, { target }: Candidate): boolean {
  return trail.attempts.length > 0 || target !== preferred;
}

/**
 * Edits of a forwarded request that go before the provider's own. A further target did not sign what the first one may
 * have signed, and would refuse it: all reasoning is taken out.
 */
export function ownEdits(state: Admitted, served: Served, fallback: boolean): readonly Edit[] {
  if (!fallback || served.kind !== 'chat') return state.view.own;
  return served.caller.editsWithoutReasoning?.(state.tape) ?? state.view.own;
}

/** What the caller is told about reasoning that a further target was not given. */
export function fallbackNotes(state: Admitted, served: Served): readonly string[] {
  if (served.kind !== 'chat') return [];
  const left = isForwarded(served)
    ? ownEdits(state, served, true).length > state.view.own.length
    : signedIn(state, served);
  return left ? ['reasoning of earlier turns left out: another target than the first answers'] : [];
}

function signedIn(state: Admitted, served: Extract<Served, { kind: 'chat' }>): boolean {
  const conversation = state.source.conversation(served.caller);
  return !(conversation instanceof TollgateError) && hasSigned(conversation);
}
