import { amount, counterOf, text } from '../../ledger/items.ts';
import type { Item, Key } from '../../ports/ledger-store.ts';
import type { Crossing } from '../../ports/notices.ts';
import type { StreamRecord } from '../auditor/stream-rows.ts';
import { crossings, reached, sumOf } from './crossings.ts';
import { alertId, createRaise, type RaiseDeps } from './raise.ts';
import { refusalOf } from './refusals.ts';
import { ScopeCounters, type Sighting } from './scope-counters.ts';
import { SoftLimits } from './soft-limits.ts';

/**
 * Raises what these changes of the store have crossed and refused. Resolves to the id of the first change that must be
 * seen again, undefined when all is told. Never rejects.
 */
export type TakeChanges = (records: readonly StreamRecord[]) => Promise<string | undefined>;

/** Notices that are published at a time. */
const AT_A_TIME = 8;

/** A crossing, with the place of the change that showed it first. */
interface Seen {
  readonly crossing: Crossing;
  readonly place: number;
}

interface Split extends Sighting {
  /** Of the first change. */
  readonly place: number;
}

/** What one batch has shown so far. */
interface Batch {
  readonly seen: Map<string, Seen>;
  readonly split: Map<string, Split>;
  /** Changes that must be seen again. */
  readonly failed: number[];
}

/**
 * For the change stream of the table, where every change comes at least once and in order for each item. A counter alone
 * needs nothing but its two images; of a scope that was split all counters are read, once in a batch.
 */
export function createStreamAlerts(deps: RaiseDeps): TakeChanges {
  const raise = createRaise(deps);
  const counters = new ScopeCounters(deps.store);
  const soft = new SoftLimits(deps.store);

  async function look(batch: Batch, { before, after }: StreamRecord, place: number): Promise<void> {
    if (after === undefined) return;
    const counter = counterOf(keyOf(after));
    if (counter === undefined) {
      const refusal = text(before, 'st') === 'F' ? undefined : refusalOf(after);
      if (refusal !== undefined) note(batch.seen, refusal, place);
      return;
    }
    const { scope, pool } = counter;
    const version = amount(after, 'cv');
    await soft.load(amount(after, 'cn'));
    if ((await counters.pools(scope, { pool, version })) > 1) {
      batch.split.set(scope, merged(batch.split.get(scope), { place, pool, version }));
      return;
    }
    for (const crossing of crossings(scope, before, after, soft.of)) note(batch.seen, crossing, place);
  }

  return async (records) => {
    const batch: Batch = { seen: new Map(), split: new Map(), failed: [] };
    const guarded = async (place: number, act: () => Promise<void>): Promise<void> => {
      try {
        await act();
      } catch (error) {
        warn(deps, error);
        batch.failed.push(place);
      }
    };
    for (const [place, record] of records.entries()) await guarded(place, () => look(batch, record, place));
    for (const [scope, split] of batch.split) {
      await guarded(split.place, async () => {
        const sums = sumOf(await counters.read(scope, split));
        for (const crossing of reached(scope, sums, soft.of)) note(batch.seen, crossing, split.place);
      });
    }
    await inChunks([...batch.seen.values()], async ({ crossing, place }) => {
      await guarded(place, async () => {
        if (!(await raise(crossing))) batch.failed.push(place);
      });
    });
    return batch.failed.length === 0 ? undefined : records[Math.min(...batch.failed)]?.id;
  };
}

function keyOf(item: Item): Key {
  return { pk: text(item, 'pk') ?? '', sk: text(item, 'sk') ?? '' };
}

/** The first sighting of a mark stands for the later ones of its batch. */
function note(seen: Map<string, Seen>, crossing: Crossing, place: number): void {
  const id = alertId(crossing);
  if (!seen.has(id)) seen.set(id, { crossing, place });
}

function merged(first: Split | undefined, next: Split): Split {
  if (first === undefined) return next;
  return {
    place: first.place,
    pool: Math.max(first.pool, next.pool),
    version: first.version > next.version ? first.version : next.version,
  };
}

async function inChunks<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += AT_A_TIME)
    await Promise.all(items.slice(at, at + AT_A_TIME).map(act));
}

function warn({ telemetry }: RaiseDeps, error: unknown): void {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  telemetry.emit({ type: 'warning', what: 'alert_unread', requestId: undefined, detail });
}
