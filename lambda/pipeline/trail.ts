import type {
  AttemptRecord,
  GuardCounts,
  GuardOutcome,
  RefusedBy,
  UsageSource,
} from '../core/audit/records.ts';
import type { Charge } from '../core/chat/charge.ts';
import type { FinishReason } from '../core/chat/events.ts';
import { addUsage, type Usage } from '../core/chat/usage.ts';
import type { Caller } from '../core/identity/caller.ts';
import { type Nano, toNano, ZERO } from '../core/money.ts';
import type { Target } from '../core/routing/target.ts';
import type { Refusal } from '../ledger/ledger.ts';

/**
 * What happened to a request so far, for its audit row. It is the one mutable thing that travels through the rooms,
 * because a request can end in any of them and its row must then tell everything up to there.
 */
export class Trail {
  /** Milliseconds since the epoch. */
  readonly receivedMs: number;
  /** Monotonic milliseconds at receipt; every duration counts from here. */
  readonly startedAt: number;
  route: string;
  /** Wire format of the call; empty until the route is known to be a model's. */
  format = '';
  caller: Caller | undefined;
  /** What was asked for, masked like everything of the caller's that is recorded. */
  asked:
    | { readonly model: string; readonly stream: boolean; readonly endUser: string | undefined }
    | undefined;
  /** User agent, masked. */
  client: string | undefined;
  planned: Target | undefined;
  served: Target | undefined;
  guard: { action: GuardOutcome; counts: GuardCounts } = { action: 'none', counts: {} };
  readonly attempts: AttemptRecord[] = [];
  readonly warnings: string[] = [];
  refusedBy: RefusedBy | undefined;
  /** The limit that had no room, where that ended the request. */
  refusal: Refusal | undefined;
  /** HTTP status that was sent or would have been. */
  status: number | undefined;
  errorCode: string | undefined;
  outcome: string | undefined;
  finish: FinishReason | undefined;
  usage: Usage | undefined;
  usageSource: UsageSource = 'none';
  /** Cost of everything that was or may have been billed. */
  cost: Nano = ZERO;
  readonly #costs = new Map<string, Nano>();
  firstByteAt: number | undefined;
  /** When the first attempt was sent, and when the upstream's last byte was read: what lies outside is our own share. */
  sentAt: number | undefined;
  upstreamEndedAt: number | undefined;

  constructor(receivedMs: number, startedAt: number, route: string) {
    this.receivedMs = receivedMs;
    this.startedAt = startedAt;
    this.route = route;
  }

  /**
   * A fault of ours ended the request: what was sent and not metered may have been billed up to the hold, which is also
   * what the reaper would post.
   */
  assumeBilled(held: Nano): void {
    if (this.sentAt === undefined || this.upstreamEndedAt !== undefined) return;
    if (this.cost < held) this.cost = held;
    this.usageSource = 'estimate';
  }

  /** Adds what an attempt cost. Tokens of several billed attempts add up; one bound among them makes the sum a bound. */
  addCharge(charge: Charge, provider: string): void {
    this.cost = toNano(this.cost + charge.cost);
    this.#costs.set(provider, toNano(this.costAt(provider) + charge.cost));
    this.usage = this.usage === undefined ? charge.usage : addUsage(this.usage, charge.usage);
    if (this.usageSource !== 'partial') this.usageSource = charge.source;
  }

  /** What of the cost was or may have been billed by one provider. */
  costAt(provider: string): Nano {
    return this.#costs.get(provider) ?? ZERO;
  }
}
