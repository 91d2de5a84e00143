import type { Usage } from '../chat/usage.ts';
import type { Caller } from '../identity/caller.ts';

export type GuardOutcome = 'none' | 'redacted' | 'blocked';

/** Findings of the guard per type, such as `{email: 2}`. */
export type GuardCounts = Readonly<Record<string, number>>;

/** Who asked for what: known at admission and written with the hold, so that even a crash leaves a row. */
export interface HeldRecord {
  /** Milliseconds since the epoch, at receipt. */
  readonly receivedMs: number;
  readonly environment: string;
  readonly configVersion: string;
  readonly caller: Caller;
  readonly dialect: string;
  readonly route: string;
  readonly modelAsked: string | undefined;
  /** The first target's; undefined where the request was refused before a plan. */
  readonly provider: string | undefined;
  readonly modelServed: string | undefined;
  readonly stream: boolean;
  readonly priceVersion: string | undefined;
  readonly endUser: string | undefined;
  readonly guardAction: GuardOutcome;
  readonly guardCounts: GuardCounts;
}

export interface AttemptRecord {
  /** `provider/model`. */
  readonly target: string;
  /** `ok`, or the code of the failure. */
  readonly result: string;
  readonly ms: number;
  /** Whether the provider may have billed it. */
  readonly billed: boolean;
}

export type UsageSource = 'upstream' | 'partial' | 'none' | 'estimate';

/** Facts of a refusal: scope, window, limit, in whatever the rule knows. Amounts as decimal text. */
export type RefusedBy = Readonly<Record<string, string | number | boolean | null>>;

/** How it ended: known at settle. Durations in milliseconds; kept to the microsecond. */
export interface FinalRecord {
  /** HTTP status that the caller got, or would have got if it had stayed. */
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
  readonly finishReason: string | undefined;
  readonly usage: Usage | undefined;
  readonly usageSource: UsageSource;
  /** The target that answered; undefined keeps the planned one. */
  readonly served: { readonly provider: string; readonly model: string } | undefined;
  /** Price row of the served target, where it differs from the planned one's. */
  readonly priceVersion?: string | undefined;
  readonly attempts: readonly AttemptRecord[];
  readonly ttftMs: number | undefined;
  readonly totalMs: number;
  readonly overheadMs: number;
  readonly warnings: readonly string[];
  readonly refusedBy: RefusedBy | undefined;
  /** What the guard did in all, request and answer; undefined keeps what admission wrote. */
  readonly guard: { readonly action: GuardOutcome; readonly counts: GuardCounts } | undefined;
  /** Requests behind this record; more than 1 only for refusals in a flood. */
  readonly count: number;
  /** User agent. */
  readonly client: string | undefined;
}
