import { append, type Draft } from './append.ts';
import type { Context } from './context.ts';
import { expiry, ITEM_VERSION, put, putFacts } from './items.ts';
import type { Final, Settled } from './ledger.ts';
import { AFTER_CALL, Retry } from './retry.ts';

/** Writes an entry that is final at once. It is in no counter, so it may not cost anything. */
export async function record(ctx: Context, requestId: string, final: Final): Promise<Settled> {
  if (final.cost !== 0n) throw new RangeError('Bug! A cost without an admission');
  const entry = [
    put('st', 'F'),
    put('v', ITEM_VERSION),
    put('rid', requestId),
    put('e', 0n),
    put('n', 0n),
    put('sc', '{}'),
    put('a', 0n),
    put('by', 'self'),
    put('outcome', final.outcome),
    expiry(ctx.clock.now()),
  ];
  putFacts(entry, final.facts);
  const draft: Draft = {
    requestId,
    state: 'F',
    plan: () => ({ type: 'plan', beside: [], entry }),
    learn: () => undefined,
  };
  const result = await append(ctx, draft, new Retry(ctx, AFTER_CALL));
  if (result.type === 'appended') return { type: 'settled' };
  if (result.type === 'refused') throw new Error('Bug! A record was refused');
  return result;
}
