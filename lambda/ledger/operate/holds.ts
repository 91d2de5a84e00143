import type { Nano } from '../../core/money.ts';
import { amount, text } from '../items.ts';
import { heldOf, type OpenHold, type OpenLease, type OpenWork } from './open-work.ts';

export interface HoldReport {
  readonly kind: 'request' | 'lease';
  /** The request's id, or the lease's own. */
  readonly id: string;
  /** Milliseconds since the epoch at which the request came; of a lease undefined. */
  readonly since: number | undefined;
  /** Milliseconds since the epoch at which the lease ends; of a request undefined. */
  readonly ends: number | undefined;
  readonly team: string | undefined;
  readonly app: string | undefined;
  readonly user: string | undefined;
  readonly principal: string | undefined;
  /** As it was asked for. */
  readonly model: string | undefined;
  readonly held: Nano;
  /** Where it is held. */
  readonly scopes: readonly string[];
  readonly journal: string;
}

export interface HoldFilter {
  /** Only what is held of this scope, and as much as is held of it. */
  readonly scope?: string;
  /** Only requests that came before this time, in milliseconds since the epoch. */
  readonly before?: number;
}

/** Running requests, the oldest first, then leases. */
export function holdReports(
  { holds, leases }: OpenWork,
  { scope, before }: HoldFilter,
): readonly HoldReport[] {
  const requests = holds
    .map((hold) => requestReport(hold, scope))
    .filter((report) => report !== undefined)
    .filter(({ since }) => before === undefined || (since !== undefined && since < before))
    .sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
  const taken = leases.filter(({ pin }) => scope === undefined || pin.scope === scope);
  return [...requests, ...(before === undefined ? taken.map(leaseReport) : [])];
}

function requestReport(hold: OpenHold, scope: string | undefined): HoldReport | undefined {
  const pin = hold.pins.find((each) => each.scope === scope);
  if (scope !== undefined && pin === undefined) return undefined;
  const { entry, requestId, journal } = hold;
  return {
    kind: 'request',
    id: requestId,
    since: entry['t'] === undefined ? undefined : Number(amount(entry, 't')),
    ends: undefined,
    team: text(entry, 'tm'),
    app: text(entry, 'ap'),
    user: text(entry, 'us'),
    principal: text(entry, 'pr'),
    model: text(entry, 'ma'),
    held: pin === undefined ? hold.held : heldOf(hold, pin),
    scopes: hold.pins.map((each) => each.scope),
    journal,
  };
}

function leaseReport({ id, ends, granted, pin, journal }: OpenLease): HoldReport {
  return {
    kind: 'lease',
    id,
    since: undefined,
    ends,
    team: undefined,
    app: undefined,
    user: undefined,
    principal: undefined,
    model: undefined,
    held: granted,
    scopes: [pin.scope],
    journal,
  };
}
