import type { Change, Condition, Item } from '../ports/ledger-store.ts';
import type { Context } from './context.ts';
import { absent, amount, atMost, put } from './items.ts';

/**
 * The counter knows the newest config and policy that limited it, so a process that is behind fails here and reads what
 * is in force: a lowered limit is strict at once. Whoever comes with a newer one leaves its mark.
 */
export function fence(
  policyVersion: bigint,
  configNumber: number,
  seen: Item | undefined,
  write: { readonly when: Condition[]; readonly set: Change[] },
): void {
  const marks = [
    ['cv', policyVersion],
    ['cn', BigInt(configNumber)],
  ] as const;
  for (const [attr, mine] of marks) {
    write.when.push(seen?.[attr] === undefined ? absent(attr) : atMost(attr, mine));
    if (amount(seen, attr) < mine) write.set.push(put(attr, mine));
  }
}

/** Whether a counter was last limited by a newer policy or config than a request goes by. */
export function hasNewerLimits(
  ctx: Context,
  scope: string,
  counter: Item | undefined,
  configNumber: number,
): boolean {
  return ctx.policies.isBehindCounter(scope, counter) || amount(counter, 'cn') > BigInt(configNumber);
}
