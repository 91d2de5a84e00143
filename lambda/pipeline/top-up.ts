import { type Nano, toNano, ZERO } from '../core/money.ts';
import { providerOf } from './ask.ts';
import type { GatewayPorts } from './ports.ts';
import { noRoomNote } from './refusal.ts';
import type { Admitted, Candidate } from './states.ts';

/** `held`: the attempt is covered. `provider`: only the provider's own limits are in its way. `none`: no room. */
export type HeldMore = 'held' | 'provider' | 'none';

/**
 * Makes the hold cover what may have been billed so far and what one more attempt can cost, in all and at the provider
 * itself.
 */
export async function holdMore(
  state: Admitted,
  next: Candidate,
  { ledger }: Pick<GatewayPorts, 'ledger'>,
): Promise<HeldMore> {
  const { reservation, trail } = state;
  const bound = next.bound ?? ZERO;
  const extra = missing(trail.cost + bound, reservation.held);
  const own = new Map<string, Nano>();
  for (const [scope, held] of state.own) {
    const asked = scope === next.scope?.scope ? bound : ZERO;
    own.set(scope, missing(trail.costAt(providerOf(scope)) + asked, held));
  }
  if (extra === ZERO && [...own.values()].every((each) => each === ZERO)) return 'held';
  const more = await ledger.topUp(reservation, extra, own);
  if (more.type === 'refused') {
    const provider = more.refusal.scope === next.scope?.scope;
    trail.warnings.push(noRoomNote(more.refusal, provider ? 'provider passed over' : 'no further attempt'));
    return provider ? 'provider' : 'none';
  }
  if (more.type !== 'admitted') {
    trail.warnings.push('no further attempt: the budget ledger cannot be reached');
    return 'none';
  }
  for (const [scope, added] of own) state.own.set(scope, toNano((state.own.get(scope) ?? ZERO) + added));
  return 'held';
}

function missing(needed: bigint, held: Nano): Nano {
  return needed > held ? toNano(needed - held) : ZERO;
}
