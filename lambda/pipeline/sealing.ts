import type { Sealer } from '../core/chat/capsule.ts';
import type { Caller } from '../core/identity/caller.ts';
import type { GatewayPorts } from './ports.ts';
import { isForwarded, servedBy } from './services.ts';
import type { Setup } from './setup.ts';
import type { Guarded } from './states.ts';

/**
 * The sealer for reasoning that a chat client carries between its turns, where a translation may need it. Without its
 * key the answer still comes, and the reasoning of earlier turns is left out: that is told, and no reason to refuse.
 */
export async function sealerFor(
  state: Guarded,
  ports: GatewayPorts,
  setup: Setup,
): Promise<Sealer | undefined> {
  const { operation, view, caller } = state;
  if (operation.kind !== 'chat' || operation.format !== 'openai-chat' || !setup.seals(caller))
    return undefined;
  const translates = setup.resolve(view.model)?.targets.some((target) => {
    const provider = setup.provider(target.provider);
    const served = provider === undefined ? undefined : servedBy(operation, provider, target.model);
    return served !== undefined && !isForwarded(served);
  });
  if (translates !== true) return undefined;
  try {
    return await ports.sealers.of(tenantOf(caller));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    ports.telemetry.emit({ type: 'warning', what: 'sealer_unavailable', requestId: state.id, detail });
    return undefined;
  }
}

/** Nothing sealed for one tenant opens for another: a team, else a principal of its own. */
function tenantOf(caller: Caller): string {
  return caller.team === undefined ? `principal:${caller.principal}` : `team:${caller.team}`;
}
