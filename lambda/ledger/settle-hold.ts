import { nsOn } from './charge.ts';
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
  // Where token rates have no say none were taken, so none are given back or taken more.
  const unused = final.tokens === undefined || hold.tokens === 0 ? 0 : hold.tokens - final.tokens;
  const result = await settle(ctx, entry, {
    by: 'self',
    ...final,
    back: (pin) => backOf(hold, pin, unused, final.unused?.has(pin.scope) ?? false),
  });
  if (result.type === 'settled') {
    // What is settled again was settled for good the first time, by the leases too.
    if (hold.isSettled) return result;
    hold.isSettled = true;
    hold.pins.forEach((pin, index) => {
      const holding = hold.holdings[index];
      const back =
        final.unused?.has(pin.scope) === true ? { tokens: hold.tokens, requests: 1 } : { tokens: unused };
      holding?.lease?.settle(holding.paid, chargedTo(pin, entry, final), back);
    });
  } else if (hold.holdings.some(({ lease }) => lease !== undefined)) {
    // What such a request has cost is not known here, so nor is what its leases have left.
    ctx.leases.abandon(hold.journal);
  }
  await closeDue(ctx);
  return result;
}

function backOf(hold: Hold, pin: Pin, unused: number, isUnused: boolean): GivenBack {
  const back = { ...NOTHING_BACK, running: pin.running };
  if (isUnused) return { ...back, tokenNs: pin.tokenNs, requestNs: requestNsOf(hold, pin) };
  const tokenNs = hold.tokens === 0 ? 0n : (pin.tokenNs * BigInt(Math.trunc(unused))) / BigInt(hold.tokens);
  return { ...back, tokenNs };
}

/** What one request took from the bucket of requests; an observed rate that was full was not charged. */
function requestNsOf(hold: Hold, pin: Pin): bigint {
  const holding = hold.holdings[hold.pins.indexOf(pin)];
  if (holding === undefined || holding.relaxed.has('requests')) return 0n;
  return nsOn(holding.account, 'requests', 1);
}
