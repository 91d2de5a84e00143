import type { Context } from './context.ts';
import type { Hold } from './hold.ts';
import { closeDue } from './lease-close.ts';
import type { Final, Settled } from './ledger.ts';
import { type GivenBack, NOTHING_BACK } from './move.ts';
import type { Pin } from './pins.ts';
import { chargedTo, type HeldEntry, settle } from './settle.ts';

/** Settles a request of this process, and what its leases have to do with it. */
export async function settleHold(ctx: Context, hold: Hold, final: Final): Promise<Settled> {
  const entry: HeldEntry = {
    requestId: hold.requestId,
    journal: hold.journal.pk,
    number: hold.number,
    pins: hold.pins,
    held: hold.held,
    topUps: hold.topUps,
  };
  const unused = final.tokens === undefined ? 0 : hold.tokens - final.tokens;
  const result = await settle(ctx, entry, {
    by: 'self',
    ...final,
    back: (pin) => backOf(hold, pin, unused),
  });
  if (result.type === 'settled') {
    hold.pins.forEach((pin, index) => {
      const holding = hold.holdings[index];
      holding?.lease?.settle(holding.paid, chargedTo(pin, entry, final), unused);
    });
  } else if (hold.holdings.some(({ lease }) => lease !== undefined)) {
    // What such a request has cost is not known here, so nor is what its leases have left.
    ctx.leases.abandon(hold.journal);
  }
  await closeDue(ctx);
  return result;
}

function backOf(hold: Hold, pin: Pin, unused: number): GivenBack {
  const tokenNs = hold.tokens === 0 ? 0n : (pin.tokenNs * BigInt(Math.trunc(unused))) / BigInt(hold.tokens);
  return { ...NOTHING_BACK, tokenNs, running: pin.running };
}
