import type { Change, FailedOp } from '../ports/ledger-store.ts';
import { append, type Draft, type Plan, type Refused } from './append.ts';
import { charge } from './charge.ts';
import type { Context } from './context.ts';
import { Hold } from './hold.ts';
import { expiry, ITEM_VERSION, put, putFacts, text } from './items.ts';
import type { Admission, AdmitRequest, BudgetRefusal } from './ledger.ts';
import { type Pin, readPins, writePins } from './pins.ts';
import { beforeCall, Retry } from './retry.ts';
import { full, neverFits, tightest } from './room.ts';

/** Takes the estimate from every scope and writes the held entry, in one transaction. */
export async function admit(ctx: Context, request: AdmitRequest): Promise<Admission> {
  if (request.estimate < 0n) throw new RangeError('Bug! A negative estimate');
  const draft = new Admit(ctx, request);
  const misfit = draft.misfit();
  if (misfit !== undefined) return { type: 'refused', refusal: misfit };
  const result = await append(ctx, draft, new Retry(ctx, beforeCall(ctx.admitMs)));
  if (result.type !== 'appended') return result;
  const sc = text(result.found, 'sc');
  if (sc === undefined) draft.remember();
  const reservation = new Hold({
    requestId: request.requestId,
    journal: result.journal,
    number: result.number,
    scopes: request.scopes,
    pins: sc === undefined ? draft.pins : readPins(sc),
    held: request.estimate,
    tightest: tightest(request.scopes, (scope) => ctx.counters.seen(scope), ctx.calendar),
  });
  return { type: 'admitted', reservation };
}

class Admit implements Draft {
  readonly requestId: string;
  readonly state = 'HELD';
  readonly #ctx: Context;
  readonly #request: AdmitRequest;
  /** The entry's attributes that are the same in every try. */
  readonly #fixed: readonly Change[];
  #plan: Plan | undefined;
  /** The windows of the last plan. */
  pins: readonly Pin[] = [];

  constructor(ctx: Context, request: AdmitRequest) {
    this.requestId = request.requestId;
    this.#ctx = ctx;
    this.#request = request;
    const fixed = [
      put('st', this.state),
      put('v', ITEM_VERSION),
      put('rid', request.requestId),
      put('e', request.estimate),
      put('n', 0n),
      expiry(ctx.clock.now()),
    ];
    putFacts(fixed, request.facts);
    this.#fixed = fixed;
  }

  misfit(): BudgetRefusal | undefined {
    return neverFits(this.#request.scopes, this.#request.estimate, this.#ctx.calendar);
  }

  plan(): Plan | Refused {
    // Checked in every plan, because a new or rolled window carries no limit condition.
    const refusal = this.misfit();
    if (refusal !== undefined) return { type: 'refused', refusal };
    const { counters, calendar } = this.#ctx;
    const charges = this.#request.scopes.map((scope) =>
      charge(scope, this.#request.estimate, counters.seen(scope.scope), calendar),
    );
    this.pins = charges.map(({ pin }) => pin);
    this.#plan = {
      type: 'plan',
      beside: charges.map(({ op }) => op),
      entry: [...this.#fixed, put('sc', writePins(this.pins))],
    };
    return this.#plan;
  }

  learn(failed: readonly FailedOp[]): BudgetRefusal | undefined {
    const { counters, calendar } = this.#ctx;
    let refusal: BudgetRefusal | undefined;
    for (const { index, item } of failed) {
      const scope = this.#request.scopes[index];
      if (scope === undefined) continue;
      counters.saw(scope.scope, item);
      refusal ??= full(scope, this.#request.estimate, item, calendar);
    }
    return refusal;
  }

  /** Carries the last plan, which has worked, over to the counters last seen. */
  remember(): void {
    this.#request.scopes.forEach(({ scope }, index) => {
      const op = this.#plan?.beside[index];
      if (op !== undefined) this.#ctx.counters.wrote(scope, op, true);
    });
  }
}
