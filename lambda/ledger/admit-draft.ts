import { toNano, ZERO } from '../core/money.ts';
import type { Change, FailedOp } from '../ports/ledger-store.ts';
import { type Draft, type Place, type Plan, type Stop, unavailable } from './append.ts';
import { charge } from './charge.ts';
import { Claim } from './claim.ts';
import type { Context } from './context.ts';
import { hasNewerLimits } from './fence.ts';
import type { Holding } from './hold.ts';
import { counterKey, expiry, ITEM_VERSION, put, putFacts } from './items.ts';
import { openLease } from './lease-draft.ts';
import type { Lease } from './leases.ts';
import type { AdmitRequest } from './ledger.ts';
import { type Pin, writePins } from './pins.ts';
import { isOverdrawn } from './pools.ts';
import { prepare, readUnseen } from './prepare.ts';
import { enforcedOf, lacks, wouldRefuseOf } from './room.ts';

/** The held entry of a request that asks to be admitted, planned anew for each try. */
export class AdmitDraft implements Draft {
  readonly id: string;
  readonly state = 'HELD';
  readonly #ctx: Context;
  readonly #claims: readonly Claim[];
  /** The entry's attributes that are the same in every try. */
  readonly #fixed: readonly Change[];
  /** The claims whose counters the last plan charges, in the order of its ops. */
  #direct: readonly Claim[] = [];
  #plan: Plan | undefined;
  /** Where the last plan charges. */
  pins: readonly Pin[] = [];

  constructor(ctx: Context, request: AdmitRequest) {
    const { estimate, own, tokens, number } = request;
    this.id = request.requestId;
    this.#ctx = ctx;
    this.#claims = request.scopes.map((limits) => {
      const money = own?.get(limits.scope) ?? estimate;
      const running = limits.parallel !== undefined;
      const take = { money, requests: 1, tokens, running, as: 'request', number } as const;
      return new Claim(limits, take, own?.has(limits.scope) ?? false);
    });
    for (const { scope } of this.#claims) ctx.heat.request(scope);
    const fixed = [
      put('st', this.state),
      put('v', ITEM_VERSION),
      put('rid', request.requestId),
      put('e', estimate),
      put('n', 0n),
      expiry(ctx.clock.now()),
    ];
    putFacts(fixed, request.facts);
    this.#fixed = fixed;
  }

  async warm(): Promise<void> {
    await readUnseen(this.#ctx, this.#claims).catch(() => undefined);
  }

  async plan(place: Place): Promise<Plan | Stop> {
    do {
      // What is in doubt pays as it did: a lease that was paid from may already have paid.
      if (!place.inDoubt) this.#payFromLeases(place);
      const unpaid = this.#claims.filter(({ lease }) => lease === undefined);
      const stop = await prepare(this.#ctx, unpaid, place);
      if (stop !== undefined) return stop;
      if (!place.inDoubt) {
        const journal = place.slot.journal;
        await this.#openLeases(place, unpaid);
        // A lease that could not be written has cost the journal; the caller plans anew in the next one.
        if (place.slot.journal !== journal) return this.#nothing();
      }
      const plan = this.#write();
      if (plan !== undefined) return plan;
    } while (place.retry.now());
    return unavailable('a window turns just now');
  }

  /** Leases of this journal pay wherever they can: nothing has to be asked for what is leased already. */
  #payFromLeases({ slot }: Place): void {
    this.putBack();
    if (slot.journal === undefined) return;
    for (const claim of this.#claims) {
      const { scope, money, take } = claim;
      pay(claim, this.#ctx.leases.find(slot.journal, scope, money, take.tokens));
    }
  }

  /** Opens leases for scopes that are hot, and of which this process needs more than one request. */
  async #openLeases({ slot, retry }: Place, unpaid: readonly Claim[]): Promise<void> {
    const { heat, rules } = this.#ctx;
    for (const claim of unpaid) {
      const { policy, limits } = claim.account;
      if (policy.heat.level === 0 || limits.parallel !== undefined) continue;
      if (claim.isStuck || claim.relaxed.size > 0) continue;
      if ((heat.expected(claim.scope, rules.leaseMs) ?? rules.leastRequests) < rules.leastRequests) continue;
      const journal = slot.journal;
      pay(claim, await openLease(this.#ctx, slot, claim, retry.left()));
      if (slot.journal !== journal) return;
    }
  }

  #nothing(): Plan {
    return { type: 'plan', beside: [], entry: this.#fixed };
  }

  /** Undefined where a window or a share has changed since all was prepared, and has no room. */
  #write(): Plan | undefined {
    const { counters, calendar } = this.#ctx;
    const beside = [];
    const direct: Claim[] = [];
    const pins: Pin[] = [];
    for (const claim of this.#claims) {
      const { lease, scope, money, account, take } = claim;
      const own = claim.isOwn ? money : undefined;
      if (lease !== undefined) {
        pins.push({ ...lease.pin, lease: lease.number, own });
        continue;
      }
      // Any read of the policy may have brought a split that is not one of these limits.
      if (isOverdrawn(account)) return undefined;
      const seen = counters.seen(counterKey(scope, account.pool));
      const { op, windows, tokenNs, short } = charge(account, take, seen, calendar, claim.relaxed);
      if (short.length > 0) return undefined;
      beside.push(op);
      direct.push(claim);
      pins.push({
        scope,
        pool: account.pool,
        lease: undefined,
        own,
        running: take.running,
        tokenNs,
        windows,
      });
    }
    this.#direct = direct;
    this.pins = pins;
    const names = this.wouldRefuse();
    const would = names.length === 0 ? [] : [put('wr', JSON.stringify(names))];
    this.#plan = {
      type: 'plan',
      beside,
      entry: [...this.#fixed, put('sc', writePins(pins)), ...would],
    };
    return this.#plan;
  }

  learn(failed: readonly FailedOp[]): Stop | undefined {
    const ctx = this.#ctx;
    for (const { index, item } of failed) {
      const claim = this.#direct[index];
      if (claim === undefined) continue;
      const { account, scope, take } = claim;
      ctx.counters.saw(counterKey(scope, account.pool), item);
      claim.isFresh = true;
      // Under newer limits it is for the next plan to say what has room.
      if (hasNewerLimits(ctx, scope, item, take.number)) continue;
      const enforced = enforcedOf(lacks(account, take, item, ctx.calendar), claim.relaxed);
      if (enforced === undefined) continue;
      if (account.policy.everPools === 1) return { type: 'refused', refusal: enforced.refusal };
      claim.isStuck = !claim.tryAnotherPool(ctx);
    }
    return undefined;
  }

  conflicted(at: readonly number[] | undefined): void {
    this.#direct.forEach(({ scope }, index) => {
      if (at === undefined || at.includes(index)) this.#ctx.heat.conflict(scope);
    });
  }

  /** Observed limits that would have refused. */
  wouldRefuse(): readonly string[] {
    return this.#claims.flatMap(({ scope, relaxed }) => wouldRefuseOf(scope, relaxed));
  }

  /** Undoes what leases have paid. */
  putBack(): void {
    for (const claim of this.#claims) {
      claim.lease?.putBack(claim.money, claim.take.tokens);
      claim.lease = undefined;
    }
  }

  /** Carries the last plan, which has worked, over to the counters last seen. */
  remember(): void {
    for (const op of this.#plan?.beside ?? []) this.#ctx.counters.wrote(op, true);
  }

  /** What each pin of the entry rests on. */
  holdings(pins: readonly Pin[]): readonly Holding[] {
    return pins.map((pin) => {
      const claim = this.#claims.find(({ scope }) => scope === pin.scope);
      if (claim === undefined) throw new Error('Bug! An entry has a scope that its request has not');
      const { lease, money, relaxed } = claim;
      return {
        config: claim.config,
        account: { ...claim.account, pool: pin.pool },
        lease,
        paid: lease === undefined ? ZERO : toNano(money),
        relaxed,
      };
    });
  }
}

function pay(claim: Claim, lease: Lease | undefined): void {
  const { money, take } = claim;
  if (lease?.covers(money, take.tokens) !== true) return;
  lease.pay(money, take.tokens);
  claim.lease = lease;
}
