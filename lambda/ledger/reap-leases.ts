import { isRecord } from '../core/json-value.ts';
import { toNano } from '../core/money.ts';
import type { Item, Key } from '../ports/ledger-store.ts';
import type { Context } from './context.ts';
import { amount, entryNumber, text } from './items.ts';
import { closeLease } from './lease-close.ts';
import { NOTHING_BACK } from './move.ts';
import { readPins } from './pins.ts';
import type { Retry } from './retry.ts';

/**
 * Closes the leases of a journal in which nothing is held any more and nothing can be added: what the final entries that
 * a lease paid for cost together is what it spent. What it bought of a rate and did not use is lost.
 */
export async function closeLeases(
  ctx: Context,
  journal: string,
  entries: readonly (Item & Key)[],
  retry: Retry,
): Promise<void> {
  const paid = spentByLease(entries);
  for (const entry of entries) {
    if (text(entry, 'st') === 'OPEN') await closeOne(ctx, journal, entry, paid, retry);
  }
}

interface Paid {
  readonly cost: bigint;
  readonly count: bigint;
}

/** Cost and number of the final entries by the lease that paid; one entry may be paid by several, for several scopes. */
function spentByLease(entries: readonly (Item & Key)[]): ReadonlyMap<number, Paid> {
  const paid = new Map<number, Paid>();
  for (const entry of entries) {
    if (text(entry, 'st') !== 'F') continue;
    const own = ownCosts(entry);
    for (const { scope, lease } of readPins(text(entry, 'sc') ?? '{}')) {
      if (lease === undefined) continue;
      const before = paid.get(lease) ?? { cost: 0n, count: 0n };
      const cost = own.get(scope) ?? amount(entry, 'a');
      paid.set(lease, { cost: before.cost + cost, count: before.count + 1n });
    }
  }
  return paid;
}

function ownCosts(entry: Item): ReadonlyMap<string, bigint> {
  const written = text(entry, 'oc');
  const value: unknown = written === undefined ? {} : JSON.parse(written);
  if (!isRecord(value)) return new Map();
  return new Map(Object.entries(value).map(([scope, digits]) => [scope, BigInt(String(digits))]));
}

async function closeOne(
  ctx: Context,
  journal: string,
  lease: Item & Key,
  paid: ReadonlyMap<number, Paid>,
  retry: Retry,
): Promise<void> {
  const pin = readPins(text(lease, 'sc') ?? '{}')[0];
  if (pin === undefined) throw new Error(`the lease ${lease.sk} of ${journal} names no scope`);
  const { cost, count } = paid.get(entryNumber(lease)) ?? { cost: 0n, count: 0n };
  const closing = {
    key: { pk: journal, sk: lease.sk },
    pin,
    granted: amount(lease, 'g'),
    spent: toNano(cost),
    back: { ...NOTHING_BACK, leased: count },
  };
  const reason = await closeLease(ctx, closing, retry);
  if (reason !== undefined) throw new Error(`the lease ${lease.sk} could not be closed`);
}
