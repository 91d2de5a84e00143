import type { Item, Key } from '../ports/ledger-store.ts';
import type { Context } from './context.ts';
import { absent, expiry, ITEM_VERSION, put, text } from './items.ts';
import { Retry, TOMBSTONE } from './retry.ts';

export type Grave =
  /** No packet that is still on its way can take the number any more. */
  | { readonly type: 'buried' }
  | { readonly type: 'taken'; readonly item: Item | undefined }
  | { readonly type: 'unknown' };

/** Writes a tombstone on an entry's number, so that a late packet finds it taken. */
export async function bury(ctx: Context, key: Key): Promise<Grave> {
  const retry = new Retry(ctx, TOMBSTONE);
  const set = [put('st', 'VOID'), put('v', ITEM_VERSION), expiry(ctx.clock.now())];
  do {
    const result = await ctx.store.transact([{ key, when: [absent('st')], set }]);
    if (result.type === 'done') return { type: 'buried' };
    if (result.type === 'refused') {
      const item = result.failed[0]?.item;
      return text(item, 'st') === 'VOID' ? { type: 'buried' } : { type: 'taken', item };
    }
  } while (await retry.later());
  return { type: 'unknown' };
}
