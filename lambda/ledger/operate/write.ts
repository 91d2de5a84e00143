import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/ids.ts';
import type { LedgerStore, Op, TransactResult } from '../../ports/ledger-store.ts';
import { type Head, headOp } from '../head.ts';
import { headOf, policyOf } from '../in-force.ts';
import { absent, configKey, counterKeys, equals, ITEM_VERSION, policyKey, put } from '../items.ts';
import { type Override, policyChanges, type ScopePolicy } from '../policy.ts';
import { Retry, type RetryPolicy } from '../retry.ts';
import { OperateProblem } from './problem.ts';

/** What an operation needs of the world. */
export interface OperatePorts {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Whether counters may be written: the new version of a policy then stands in each counter at once, and no process
   * that has not read it can charge there. Without it a change binds as soon as each process has read the head.
   */
  readonly fence: boolean;
}

/** A person waits, and a change of a busy scope meets many charges: worth more tries than a request is. */
const PATIENT: RetryPolicy = { tries: 40, withinMs: 20_000, longestPauseMs: 1_000 };

/** Scopes with a policy of an operator. The head is one item that every process reads, so it has to stay small. */
const MAX_POLICIES = 1_000;

/** An edit returns what is to be, or undefined where nothing has to change. It is asked again after a conflict. */
export type Edit<T> = (before: T) => T | undefined;

/** `unchanged`: the edit had nothing to do. */
export type Written = 'changed' | 'unchanged';

/** Changes the overrides of one scope, in one write with the head, and with the scope's counters where these are fenced. */
export function writeOverrides(
  ports: OperatePorts,
  scope: string,
  edit: Edit<readonly Override[]>,
): Promise<Written> {
  return persist(ports, async () => {
    const [head, policy] = await Promise.all([headOf(ports.store), policyOf(ports.store, scope)]);
    const overrides = edit(policy.overrides);
    if (overrides === undefined) return undefined;
    const version = policy.version + 1n;
    const policies = { ...head.policies, [scope]: String(version) };
    if (Object.keys(policies).length > MAX_POLICIES) {
      throw new OperateProblem(
        `${MAX_POLICIES} scopes have limits of their own already; put the lasting ones into the config`,
      );
    }
    return [
      policyOp(scope, policy, { ...policy, overrides, version }),
      headOp(head, { ...head, policies }),
      ...(ports.fence ? fences(scope, policy.everPools, version) : []),
    ];
  });
}

/** Changes the head; `config` is written with it, as the limits of the head's new number. */
export function writeHead(
  ports: OperatePorts,
  edit: Edit<Head>,
  config?: { readonly limits: string },
): Promise<Written> {
  return persist(ports, async () => {
    const head = await headOf(ports.store);
    const next = edit(head);
    if (next === undefined) return undefined;
    const write = headOp(head, next);
    return config === undefined ? [write] : [write, configOp(next.number, config.limits)];
  });
}

/** Writes what `plan` wants, planned anew each time that somebody else was faster. */
async function persist(
  ports: OperatePorts,
  plan: () => Promise<readonly Op[] | undefined>,
): Promise<Written> {
  const retry = new Retry(ports, PATIENT);
  let inDoubt = false;
  for (;;) {
    const ops = await plan();
    // An answer was lost and now nothing is left to do: that write had worked.
    if (ops === undefined) return inDoubt ? 'changed' : 'unchanged';
    const result = await ports.store.transact(ops);
    if (result.type === 'done') return 'changed';
    if (result.type === 'unknown') inDoubt = true;
    if (!(await retry.later())) throw gaveUp(result, inDoubt);
  }
}

function gaveUp(result: Exclude<TransactResult, { type: 'done' }>, inDoubt: boolean): OperateProblem {
  const why =
    result.type === 'refused' || result.type === 'conflict' ? 'others write there at once' : result.reason;
  const state = inDoubt
    ? 'it may have been written: look before you try again'
    : 'nothing was written: try again';
  return new OperateProblem(`the ledger took no change (${why}); ${state}`);
}

function policyOp(scope: string, before: ScopePolicy, after: ScopePolicy): Op {
  const pin = before.version === 0n ? absent('cv') : equals('cv', before.version);
  return { key: policyKey(scope), when: [pin], set: policyChanges(after) };
}

function configOp(number: number, limits: string): Op {
  return {
    key: configKey(number),
    when: [absent('d')],
    set: [put('d', limits), put('v', ITEM_VERSION)],
  };
}

/** No condition: the counter may not exist yet, and whoever charges it first must know the new limit too. */
function fences(scope: string, pools: number, version: bigint): readonly Op[] {
  return counterKeys(scope, pools).map((key) => ({ key, when: [], set: [put('cv', version)] }));
}
