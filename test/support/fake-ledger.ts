import { type Nano, toNano } from '../../lambda/core/money.ts';
import type {
  Admission,
  AdmitRequest,
  BudgetRefusal,
  Final,
  Ledger,
  LimitsView,
  OwnAmounts,
  RateRefusal,
  Reservation,
  TopUp,
} from '../../lambda/ledger/ledger.ts';

export const NO_VIEW: LimitsView = { tightest: undefined, requests: undefined, tokens: undefined, soft: [] };

export type Answer = (request: AdmitRequest) => Admission;

/** Admits what is asked for, with what a test wants the caller to be told of its limits. */
export function admitting(view: Partial<LimitsView> = {}, wouldRefuse: readonly string[] = []): Answer {
  return ({ requestId, estimate }) => ({
    type: 'admitted',
    reservation: { requestId, held: estimate, view: { ...NO_VIEW, ...view }, wouldRefuse },
  });
}

export function refusingBudget(change: Partial<BudgetRefusal> = {}): Answer {
  return ({ estimate }) => ({
    type: 'refused',
    refusal: {
      type: 'budget',
      kind: 'exceeded',
      scope: 'team:search',
      budgetId: 'day',
      limit: toNano(1_000_000_000n),
      estimate,
      spent: toNano(900_000_000n),
      held: toNano(50_000_000n),
      resetsAt: Date.UTC(2026, 10, 25),
      ...change,
    },
  });
}

export function refusingRate(change: Partial<RateRefusal> = {}): Answer {
  return () => ({
    type: 'refused',
    refusal: {
      type: 'rate',
      kind: 'exceeded',
      of: 'requests',
      scope: 'team:search',
      limit: 60,
      needed: 1,
      burst: 10,
      waitMs: 1_200,
      ...change,
    },
  });
}

/** A ledger that answers as a test says, the last answer for ever, and remembers what it was asked. */
export class FakeLedger implements Ledger {
  readonly asked: AdmitRequest[] = [];
  readonly toppedUp: { readonly extra: Nano; readonly own: OwnAmounts | undefined }[] = [];
  readonly settled: Final[] = [];
  readonly recorded: Final[] = [];
  readonly #answers: readonly Answer[];
  /** Answers to the next top-ups, one each, in the place of a hold that grows. */
  readonly more: Answer[] = [];

  constructor(...answers: readonly Answer[]) {
    this.#answers = answers;
  }

  async admit(request: AdmitRequest): Promise<Admission> {
    const answer = this.#answers[Math.min(this.asked.length, this.#answers.length - 1)] ?? admitting();
    this.asked.push({ ...request, ...(request.own === undefined ? {} : { own: new Map(request.own) }) });
    return answer(request);
  }

  async topUp(reservation: Reservation, extra: Nano, own?: OwnAmounts): Promise<TopUp> {
    this.toppedUp.push({ extra, own });
    const other = this.more.shift()?.(this.asked.at(-1)!);
    if (other !== undefined && other.type !== 'behind') return other;
    return { type: 'admitted', reservation: Object.assign(reservation, { held: reservation.held + extra }) };
  }

  async settle(_: Reservation, final: Final) {
    this.settled.push(final);
    return { type: 'settled' } as const;
  }

  async record(_: string, final: Final) {
    this.recorded.push(final);
    return { type: 'settled' } as const;
  }

  async post() {
    return { type: 'settled' } as const;
  }

  async reap() {
    return { journals: 0, abandoned: 0 };
  }

  async close() {}
}
