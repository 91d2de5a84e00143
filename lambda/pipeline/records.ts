import type { FinalRecord, HeldRecord } from '../core/audit/records.ts';
import type { GatewayPorts } from './ports.ts';
import type { Identified, Received } from './states.ts';

/** What is known of a request before its call, for the entry that holds its budget. */
export function heldRecord(state: Pick<Identified, 'trail' | 'caller'>, ports: GatewayPorts): HeldRecord {
  const { trail } = state;
  return {
    receivedMs: trail.receivedMs,
    environment: ports.environment,
    configVersion: ports.configVersion,
    caller: state.caller,
    dialect: trail.format,
    route: trail.route,
    modelAsked: trail.asked?.model,
    provider: trail.planned?.provider,
    modelServed: trail.planned?.model,
    stream: trail.asked?.stream ?? false,
    priceVersion: trail.planned?.price?.version,
    endUser: trail.asked?.endUser,
    guardAction: trail.guard.action,
    guardCounts: trail.guard.counts,
  };
}

/** How it ended, for the entry's last write. `count`: requests behind the row. */
export function finalRecord(state: Received, ports: GatewayPorts, count: number): FinalRecord {
  const { trail } = state;
  const now = ports.clock.monotonic();
  const before = (trail.sentAt ?? now) - trail.startedAt;
  const after = trail.upstreamEndedAt === undefined ? 0 : now - trail.upstreamEndedAt;
  return {
    status: trail.status,
    errorCode: trail.errorCode,
    finishReason: trail.finish,
    usage: trail.usage,
    usageSource: trail.usageSource,
    served: trail.served,
    priceVersion: trail.served?.price?.version,
    attempts: trail.attempts,
    ttftMs: trail.firstByteAt === undefined ? undefined : trail.firstByteAt - trail.startedAt,
    totalMs: now - trail.startedAt,
    overheadMs: before + after,
    warnings: trail.warnings,
    refusedBy: trail.refusedBy,
    guard: undefined,
    count,
    client: trail.client,
  };
}
