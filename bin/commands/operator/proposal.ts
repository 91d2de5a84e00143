import { limitsHash } from '../../../lambda/core/config/hash.ts';
import type { LimitsConfig } from '../../../lambda/core/config/schema.ts';
import type { Proposal } from '../../../lambda/ledger/operate/apply.ts';

/** A config's limits as a gateway proposes them. */
export function proposalOf({ budgets, rates }: LimitsConfig): Proposal {
  return { limits: JSON.stringify({ budgets, rates }), hash: limitsHash({ budgets, rates }) };
}
