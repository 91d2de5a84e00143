import { TollgateError } from '../core/errors.ts';
import type { Caller } from '../core/identity/caller.ts';
import type { Stop } from '../ledger/head.ts';
import type { LimitsBook } from '../ledger/limits-book.ts';
import type { Trail } from './trail.ts';

/** The stop of a caller's team or app, or of the model that it asks for. `alias`: the entry of `models`, if one fits. */
export function stopOf(
  book: Pick<LimitsBook, 'stopped'>,
  { team, app }: Caller,
  alias: string | undefined,
): Stop | undefined {
  return (
    (team === undefined ? undefined : book.stopped('team', team)) ??
    (team === undefined || app === undefined ? undefined : book.stopped('app', `${team}/${app}`)) ??
    (alias === undefined ? undefined : book.stopped('model', alias))
  );
}

/** What a caller is told whose call needs something that an operator has stopped. */
export function stoppedError(stop: Stop, trail: Trail): TollgateError {
  const { kind, name, who, why, until } = stop;
  const details = { kind, name, who, why, until: until === undefined ? null : new Date(until).toISOString() };
  trail.refusedBy = { rule: 'stopped', ...details };
  return new TollgateError('stopped', `The ${kind} ${name} is ${stoppedBy(stop)}: ${why}`, { details });
}

/** What a caller is told of a stop that did not refuse its call. `so`: what it changed. */
export function stoppedNote(stop: Stop, so: 'passed over' | 'no further attempt'): string {
  return `${stop.kind} ${stop.name} ${stoppedBy(stop)}: ${so}`;
}

function stoppedBy({ who, until }: Stop): string {
  return `stopped by ${who}, until ${until === undefined ? 'it is enabled again' : new Date(until).toISOString()}`;
}
