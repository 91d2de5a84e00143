import { TollgateError } from '../core/errors.ts';
import { isActive, scanBody } from '../core/guard/scan-body.ts';
import type { Setup } from './setup.ts';
import type { Guarded, Parsed } from './states.ts';

/**
 * Scans everything that would leave and redacts or blocks it. Fails closed: what cannot be scanned does not leave. The
 * patches go out with the request's other edits, so one write serves both.
 */
export function guard(state: Parsed, setup: Setup): Guarded | TollgateError {
  const { guardPolicy } = setup;
  if (!isActive(guardPolicy)) return { ...state, patches: [] };
  const outcome = scanBody(state.bytes, state.tape, guardPolicy, setup.limits.jsonDepth);
  switch (outcome.kind) {
    case 'pass':
      state.trail.guard = { action: outcome.redacted > 0 ? 'redacted' : 'none', counts: outcome.counts };
      return { ...state, patches: outcome.patches };
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
      state.trail.guard = { action: 'blocked', counts: {} };
      state.trail.refusedBy = { rule: 'guard', class: 'unscannable', path: outcome.path };
      return new TollgateError(
        'guard_blocked',
        `${outcome.path} could not be scanned, so it may not leave: ${outcome.reason}`,
        { param: outcome.path, details: { class: 'unscannable', path: outcome.path } },
      );
  }
}
