import { rateOn } from './charge.ts';
import { type Context, warn } from './context.ts';
import { nsOf } from './gcra.ts';
import { counterKey, entryKey, equals, put, text } from './items.ts';
import type { Lease } from './leases.ts';
import { adjust, type GivenBack } from './move.ts';
import { AFTER_CALL, Retry, reasonOf } from './retry.ts';

/** Closes the leases of this process that pay for nothing any more: what they did not spend goes back. */
export async function closeDue(ctx: Context): Promise<void> {
  for (const lease of ctx.leases.takeDue()) await close(ctx, lease);
}

async function close(ctx: Context, lease: Lease): Promise<void> {
  const { pin, spent, grant, journal, number } = lease;
  const retry = new Retry(ctx, AFTER_CALL);
  const key = counterKey(pin.scope, pin.pool);
  const entry = {
    key: entryKey(journal.pk, number),
    when: [equals('st', 'OPEN')],
    set: [put('st', 'CLOSED'), put('sp', spent)],
  };
  let reason = 'the ledger is too busy';
  for (;;) {
    const op = adjust(pin, spent - grant.money, spent, ctx.counters.seen(key), backOf(lease));
    const result = await ctx.store.transact([op, entry]);
    if (result.type === 'done') {
      ctx.counters.wrote(op, false);
      break;
    }
    if (result.type === 'refused') {
      const closed = result.failed.find(({ index }) => index === 1);
      // An earlier try has worked, or the reaper was here, which counts the same.
      if (closed !== undefined && text(closed.item, 'st') !== 'OPEN') break;
      for (const { index, item } of result.failed) if (index === 0) ctx.counters.saw(key, item);
      if (retry.now()) continue;
    } else {
      reason = reasonOf(result);
      if (await retry.later()) continue;
    }
    warn(ctx, 'ledger_lease_open', undefined, `${pin.scope} in ${journal.pk}: ${reason}`);
    break;
  }
  ctx.leases.remove(lease);
}

function backOf(lease: Lease): GivenBack {
  const { requests, tokens } = lease.unused();
  const requestRate = rateOn(lease.account, 'requests');
  const tokenRate = rateOn(lease.account, 'tokens');
  return {
    requestNs: requestRate === undefined ? 0n : nsOf(requestRate, requests),
    tokenNs: tokenRate === undefined ? 0n : nsOf(tokenRate, tokens),
    running: false,
    leased: BigInt(lease.count),
  };
}
