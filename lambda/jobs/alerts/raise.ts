import { absent, alertKey, equals, expiry, ITEM_VERSION, put, text } from '../../ledger/items.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Change, Item, Key, LedgerStore } from '../../ports/ledger-store.ts';
import type { Crossing, Notices } from '../../ports/notices.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { endOf } from './budget-window.ts';

export interface RaiseDeps {
  readonly store: LedgerStore;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Tells of a crossing once. False: not now (publishing failed, or somebody else is at it); ask again. Never rejects. */
export type Raise = (crossing: Crossing) => Promise<boolean>;

/** How long a pending mark belongs to the one who put it, in milliseconds: longer than one publish takes. */
const LEASE_MS = 30_000;

/** Tries to note that a notice was sent; if all fail, the next sighting by another process sends it again. */
const NOTE_TRIES = 3;

/** Marks known to be sent; beyond it they are forgotten and read again, one write each. */
const MAX_KNOWN = 10_000;

/**
 * One item makes each mark once: it is put as PENDING if it is absent, the notice is published, and it becomes SENT. A
 * crash in between leaves it PENDING, and the next sighting after its lease publishes again: a notice comes at least
 * once, and SENT never repeats. A mark is per window and budget: it is not told again when the limit was raised or
 * lowered meanwhile, since the same window would ring at every change of an operator.
 */
export function createRaise(deps: RaiseDeps): Raise {
  const known = new Set<string>();
  return async (crossing) => {
    const id = alertId(crossing);
    if (known.has(id)) return true;
    const sent = await raise(deps, crossing);
    if (sent) {
      if (known.size >= MAX_KNOWN) known.clear();
      known.add(id);
    }
    return sent;
  };
}

/** Names a mark of a window of a budget. */
export function alertId(crossing: Crossing): string {
  const { pk, sk } = keyOf(crossing);
  return `${pk}\n${sk}`;
}

function keyOf({ scope, window, budgetId, mark }: Crossing): Key {
  return alertKey(scope, window, budgetId, mark);
}

async function raise(deps: RaiseDeps, crossing: Crossing): Promise<boolean> {
  const key = keyOf(crossing);
  const now = Math.floor(deps.clock.now());
  const resetsAt = endOf(crossing.budgetId, crossing.window, now);
  const state = await claim(deps.store, key, BigInt(now), resetsAt ?? now, crossing.window === 'total');
  if (state !== 'mine') return state === 'sent';
  try {
    await deps.notices.publish({ ...crossing, resetsAt });
  } catch (error) {
    const detail = `${key.pk} ${key.sk}: ${error instanceof Error ? error.message : String(error)}`;
    deps.telemetry.emit({ type: 'warning', what: 'alert_unpublished', requestId: undefined, detail });
    // Given back, so that the next sighting need not wait; if this is lost too, it waits for the lease to end.
    await deps.store.transact([
      { key, when: [equals('st', 'PENDING'), equals('at', BigInt(now))], set: [put('at', 0n)] },
    ]);
    return false;
  }
  for (let tried = 0; tried < NOTE_TRIES; tried++) {
    const noted = await deps.store.transact([
      { key, when: [equals('st', 'PENDING')], set: [put('st', 'SENT')] },
    ]);
    if (noted.type === 'done' || noted.type === 'refused') break;
  }
  return true;
}

/** `busy`: somebody else publishes it at this moment, or the store did not answer. */
async function claim(
  store: LedgerStore,
  key: Key,
  now: bigint,
  endMs: number,
  forever: boolean,
): Promise<'mine' | 'sent' | 'busy'> {
  const set: Change[] = [put('st', 'PENDING'), put('at', now), put('v', ITEM_VERSION)];
  // Kept past the end of its window, or a mark could be told twice.
  if (!forever) set.push(expiry(endMs));
  const first = await store.transact([{ key, when: [absent('st')], set }]);
  if (first.type === 'done') return 'mine';
  if (first.type !== 'refused') return 'busy';
  const item: Item | undefined = first.failed[0]?.item;
  if (text(item, 'st') === 'SENT') return 'sent';
  const at = item?.['at'];
  if (typeof at !== 'bigint' || at + BigInt(LEASE_MS) > now) return 'busy';
  const again = await store.transact([
    { key, when: [equals('st', 'PENDING'), equals('at', at)], set: [put('at', now)] },
  ]);
  return again.type === 'done' ? 'mine' : 'busy';
}
