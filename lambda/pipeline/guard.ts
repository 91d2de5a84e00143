import { TollgateError } from '../core/errors.ts';
import { isActive, scanBody } from '../core/guard/scan-body.ts';
import type { Patch } from '../wire/json-splice.ts';
import type { Setup } from './setup.ts';
import { Source } from './source.ts';
import type { Guarded, Parsed } from './states.ts';

/**
 * Scans everything that would leave and redacts or blocks it. Fails closed: what cannot be scanned does not leave. The
 * replacements go out with the request's other edits, so one write serves both.
 */
export function guard(state: Parsed, setup: Setup): Guarded | TollgateError {
  const { guardPolicy } = setup;
  if (!isActive(guardPolicy)) return release(state, [], setup);
  if (state.view.tokenIds !== undefined) {
    return unscannable(
      state,
      state.view.tokenIds,
      'token ids hide the text that they stand for; send the text',
    );
  }
  const outcome = scanBody(state.bytes, state.tape, guardPolicy, setup.limits.jsonDepth);
  switch (outcome.kind) {
    case 'pass':
      state.trail.guard = { action: outcome.redacted > 0 ? 'redacted' : 'none', counts: outcome.counts };
      return release(state, outcome.patches, setup);
    case 'block':
      state.trail.guard = { action: 'blocked', counts: outcome.counts };
      state.trail.refusedBy = { rule: 'guard', class: outcome.class, path: outcome.path };
      return new TollgateError(
        'guard_blocked',
        `${outcome.path} holds data of the class \`${outcome.class}\` (${outcome.types.join(', ')}), which may not leave. ` +
          'Remove it and send the request again.',
        {
          param: outcome.path,
          details: { class: outcome.class, types: outcome.types.join(', '), path: outcome.path },
        },
      );
    case 'unscannable':
      return unscannable(state, outcome.path, outcome.reason);
  }
}

function release(state: Parsed, patches: readonly Patch[], setup: Setup): Guarded {
  return { ...state, source: new Source(state.bytes, state.tape, patches, setup.limits.jsonDepth) };
}

function unscannable(state: Parsed, path: string, reason: string): TollgateError {
  state.trail.guard = { action: 'blocked', counts: {} };
  state.trail.refusedBy = { rule: 'guard', class: 'unscannable', path };
  return new TollgateError('guard_blocked', `${path} could not be scanned, so it may not leave: ${reason}`, {
    param: path,
    details: { class: 'unscannable', path },
  });
}
