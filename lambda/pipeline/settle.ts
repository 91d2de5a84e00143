import { finalFacts, heldFacts } from '../core/audit/entry.ts';
import { inputOf } from '../core/chat/usage.ts';
import { targetName } from '../core/routing/target.ts';
import type { OwnAmounts, Settled } from '../ledger/ledger.ts';
import { providerOf } from './ask.ts';
import type { GatewayPorts } from './ports.ts';
import { finalRecord, heldRecord } from './records.ts';
import type { RefusalRow, RefusalRows } from './refusal-rows.ts';
import type { Admitted, Received } from './states.ts';
import type { Trail } from './trail.ts';

/**
 * The last room, after the last byte: charges what the request cost and makes its entry final, which is its audit
 * record. A request that was refused before it held anything gets an entry that is final at once.
 */
export async function settle(
  state: Received,
  admitted: Admitted | undefined,
  ports: GatewayPorts,
  refusals: RefusalRows,
): Promise<void> {
  const { trail } = state;
  report(state, ports);
  if (admitted !== undefined) {
    const tokens = tokensOf(trail);
    const settled = await ports.ledger.settle(admitted.reservation, {
      cost: trail.cost,
      own: ownCosts(admitted),
      unused: unusedScopes(admitted),
      ...(tokens === undefined ? {} : { tokens }),
      outcome: trail.outcome ?? 'unknown',
      facts: finalFacts(finalRecord(state, ports, 1)),
    });
    if (settled.type !== 'settled') warn(state, 'settle', settled, ports);
    return;
  }
  if (trail.caller === undefined) return;
  await recordRefusals(refusals.take(trail.caller.principal, state, ports.clock.now()), ports);
}

/** What was used; undefined where only a bound is known. An attempt that nobody billed has used nothing. */
function tokensOf({ usage, usageSource }: Trail): number | undefined {
  if (usageSource === 'none') return 0;
  if (usageSource !== 'upstream' || usage === undefined) return undefined;
  return inputOf(usage) + usage.output + usage.reasoning;
}

/** What each provider's own scope bears; after a fault of ours its hold, like the reaper. */
function ownCosts({ own, trail }: Admitted): OwnAmounts {
  if (trail.usageSource === 'estimate') return own;
  return new Map([...own.keys()].map((scope) => [scope, trail.costAt(providerOf(scope))]));
}

/** Providers that stood ready and were never called. After a fault of ours nobody knows. */
function unusedScopes({ own, trail }: Admitted): ReadonlySet<string> {
  if (trail.usageSource === 'estimate') return new Set();
  const isCalled = (scope: string) =>
    trail.attempts.some(({ target }) => target.startsWith(`${providerOf(scope)}/`));
  return new Set([...own.keys()].filter((scope) => !isCalled(scope)));
}

/** Writes refusals as entries that are final at once. */
export async function recordRefusals(rows: readonly RefusalRow[], ports: GatewayPorts): Promise<void> {
  for (const { state, count } of rows) {
    const { trail } = state;
    if (trail.caller === undefined) continue;
    const settled = await ports.ledger.record(state.id, {
      cost: trail.cost,
      outcome: trail.outcome ?? 'unknown',
      facts: {
        ...heldFacts(heldRecord({ ...state, caller: trail.caller }, ports)),
        ...finalFacts(finalRecord(state, ports, count)),
      },
    });
    if (settled.type !== 'settled') warn(state, 'record', settled, ports);
  }
}

function warn(state: Received, what: string, settled: Settled, ports: GatewayPorts): void {
  const detail =
    settled.type === 'unavailable' ? settled.reason : 'the reaper had settled it already; its charge stands';
  ports.telemetry.emit({ type: 'warning', what: `${what}_${settled.type}`, requestId: state.id, detail });
}

function limitOf({ refusal }: Trail): string | undefined {
  if (refusal === undefined) return undefined;
  return `${refusal.scope} ${refusal.type === 'budget' ? refusal.budgetId : refusal.of}`;
}

function report(state: Received, ports: GatewayPorts): void {
  const { trail } = state;
  const record = finalRecord(state, ports, 1);
  const { usage } = trail;
  ports.telemetry.emit({
    type: 'request',
    requestId: state.id,
    method: state.exchange.method,
    route: trail.route,
    status: trail.status ?? 0,
    model: trail.asked?.model,
    target: trail.served === undefined ? undefined : targetName(trail.served),
    principal: trail.caller?.principal,
    outcome: trail.outcome ?? 'unknown',
    error: trail.errorCode,
    limit: limitOf(trail),
    totalMs: record.totalMs,
    ttftMs: record.ttftMs,
    overheadMs: record.overheadMs,
    costNano: trail.cost,
    inputTokens: usage === undefined ? 0 : inputOf(usage),
    outputTokens: usage === undefined ? 0 : usage.output + usage.reasoning,
  });
}
