import { type Nano, toNano } from '../../core/money.ts';
import type { ScopeLimits } from '../../core/scope-limits.ts';
import type { AdmitRequest, Facts, LimitsView, Reservation } from '../ledger.ts';
import type { Claim } from './claims.ts';

/** Nothing is known of counters while the ledger is away. */
const NO_VIEW: LimitsView = { tightest: undefined, requests: undefined, tokens: undefined, soft: [] };

/** A request that was admitted on allowance: it has no entry in the ledger yet. */
export class AllowanceHold implements Reservation {
  readonly requestId: string;
  readonly scopes: readonly ScopeLimits[];
  /** Who and what, as it would stand in the held entry. */
  readonly facts: Facts;
  readonly view: LimitsView = NO_VIEW;
  readonly wouldRefuse: readonly string[] = [];
  held: Nano;
  /** What it holds of each allowance. */
  claims: readonly Claim[];
  settled = false;

  constructor({ requestId, scopes, facts, estimate }: AdmitRequest, claims: readonly Claim[]) {
    this.requestId = requestId;
    this.scopes = scopes;
    this.facts = facts;
    this.held = estimate;
    this.claims = claims;
  }

  /** Takes in more claims, of the same budgets in the same order. */
  grow(extra: Nano, more: readonly Claim[]): void {
    this.held = toNano(this.held + extra);
    this.claims = this.claims.map((claim, index) => ({
      ...claim,
      amount: claim.amount + (more[index]?.amount ?? 0n),
    }));
  }
}
