import type { Nano } from '../core/money.ts';
import type { ScopeLimits } from '../core/scope-limits.ts';
import type { Account, LimitName, Take } from './charge.ts';
import type { Context } from './context.ts';
import { counterKey } from './items.ts';
import type { Lease } from './leases.ts';
import { inForce, NO_POLICY, type ScopePolicy } from './policy.ts';
import { lacks } from './room.ts';

/** Other pools that a request tries before it looks at all of them. */
const FURTHER_POOLS = 2;

/** Copies of pools that are looked at to find one that is not known to be full. */
const POOLS_ASKED = 8;

/** What a request claims from one scope, while it is being admitted. */
export class Claim {
  /** The limits of the config. */
  readonly config: ScopeLimits;
  readonly take: Take;
  /** It holds something else than the whole request does. */
  readonly isOwn: boolean;
  /** Observed limits without room: charged without a condition, and told in the entry. */
  readonly relaxed = new Set<LimitName>();
  /** Pays in place of the counter. */
  lease: Lease | undefined;
  /** Its counter was read in this very admission. */
  isFresh = false;
  /** No pool that was tried had room: all of them have to be looked at. */
  isStuck = false;
  /** How often all pools were looked at. */
  looks = 0;
  #account: Account;
  readonly #tried: number[] = [];

  constructor(config: ScopeLimits, take: Take, isOwn: boolean) {
    this.config = config;
    this.take = take;
    this.isOwn = isOwn;
    this.#account = { limits: config, policy: NO_POLICY, pool: 0 };
  }

  get scope(): string {
    return this.config.scope;
  }

  get money(): Nano {
    return this.take.money;
  }

  /** The counter that is charged, and what limits it. */
  get account(): Account {
    return this.#account;
  }

  /** Takes the policy as last read. A pool that it no longer has is left. */
  refresh(ctx: Context): void {
    const policy = ctx.policies.of(this.scope);
    const { pool } = this.#account;
    const isHome = policy !== this.#account.policy && this.#tried.length === 0;
    this.#account = {
      policy,
      limits: inForce(this.config, policy, ctx.clock.now()),
      pool: isHome || pool >= policy.pools ? home(ctx, this.scope, policy) : pool,
    };
  }

  /** Charges another pool from now on, and so do the next requests of this process. */
  moveTo(ctx: Context, pool: number): void {
    this.#account = { ...this.#account, pool };
    this.isFresh = false;
    ctx.homes.set(this.scope, pool);
  }

  /** Goes on to another pool, one at random that is not known to be full; false if enough were tried. */
  tryAnotherPool(ctx: Context): boolean {
    const { policy, pool } = this.#account;
    this.#tried.push(pool);
    if (policy.pools === 1 || this.#tried.length > FURTHER_POOLS) return false;
    for (let tries = POOLS_ASKED; tries > 0; tries--) {
      const other = (pool + 1 + Math.floor(ctx.random.next() * (policy.pools - 1))) % policy.pools;
      const seen = ctx.counters.seen(counterKey(this.scope, other));
      const missing = lacks({ ...this.#account, pool: other }, this.take, seen, ctx.calendar);
      if (missing.some(({ mode }) => mode === 'enforce')) continue;
      this.moveTo(ctx, other);
      return true;
    }
    return false;
  }
}

/** The pool that a process charges as long as it has room: the one that had room last, or one by its name, so that processes spread. */
function home({ environment, homes }: Context, scope: string, { pools }: ScopePolicy): number {
  if (pools === 1) return 0;
  const last = homes.get(scope);
  if (last !== undefined && last < pools) return last;
  let hash = 2_166_136_261;
  for (let at = 0; at < environment.length; at++) {
    hash = Math.imul(hash ^ environment.charCodeAt(at), 16_777_619);
  }
  return (hash >>> 0) % pools;
}
