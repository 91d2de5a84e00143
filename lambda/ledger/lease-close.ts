import type { Nano } from '../core/money.ts';
import type { Key } from '../ports/ledger-store.ts';
import { nsOn } from './charge.ts';
import { type Context, warn } from './context.ts';
import { counterKey, entryKey, equals, put, text } from './items.ts';
import type { Lease } from './leases.ts';
import { adjust, type GivenBack } from './move.ts';
import type { Pin } from './pins.ts';
import { AFTER_CALL, Retry, reasonOf } from './retry.ts';

/** Closes the leases of this process that pay for nothing any more: what they did not spend goes back. */
export async function closeDue(ctx: Context): Promise<void> {
  for (const lease of ctx.leases.takeDue()) await close(ctx, lease);
}

async function close(ctx: Context, lease: Lease): Promise<void> {
  const { pin, spent, grant, journal, number } = lease;
  const key = entryKey(journal.pk, number);
  const closing = { key, pin, granted: grant.money, spent, back: backOf(lease) };
  const reason = await closeLease(ctx, closing, new Retry(ctx, AFTER_CALL));
  if (reason !== undefined)
    warn(ctx, 'ledger_lease_open', undefined, `${pin.scope} in ${journal.pk}: ${reason}`);
  ctx.leases.remove(lease);
}

export interface LeaseClosing {
  /** Of the lease's entry. */
  readonly key: Key;
  readonly pin: Pin;
  readonly granted: Nano;
  /** Cost of what it has paid for. */
  readonly spent: Nano;
  readonly back: GivenBack;
}

/** Closes a lease once: what it did not spend goes back to its counter. Undefined when it is closed, else why it is not. */
export async function closeLease(
  ctx: Context,
  { key, pin, granted, spent, back }: LeaseClosing,
  retry: Retry,
): Promise<string | undefined> {
  const counter = counterKey(pin.scope, pin.pool);
  const entry = { key, when: [equals('st', 'OPEN')], set: [put('st', 'CLOSED'), put('sp', spent)] };
  let reason = 'the ledger is too busy';
  for (;;) {
    const op = adjust(pin, spent - granted, spent, ctx.counters.seen(counter), back);
    const result = await ctx.store.transact([op, entry]);
    if (result.type === 'done') {
      ctx.counters.wrote(op, false);
      return undefined;
    }
    if (result.type === 'refused') {
      // An earlier try has worked, or somebody else was faster, with the same figures.
      if (result.failed.some(({ index, item }) => index === 1 && text(item, 'st') !== 'OPEN'))
        return undefined;
      for (const { index, item } of result.failed) if (index === 0) ctx.counters.saw(counter, item);
      if (retry.now()) continue;
    } else {
      reason = reasonOf(result);
      if (await retry.later()) continue;
    }
    return reason;
  }
}

function backOf(lease: Lease): GivenBack {
  const { requests, tokens } = lease.unused();
  return {
    requestNs: nsOn(lease.account, 'requests', requests),
    tokenNs: nsOn(lease.account, 'tokens', tokens),
    running: false,
    leased: BigInt(lease.count),
  };
}
