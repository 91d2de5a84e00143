import { AdmitDraft } from './admit-draft.ts';
import { append, type Stop } from './append.ts';
import type { Context } from './context.ts';
import { Hold } from './hold.ts';
import { text } from './items.ts';
import type { Admission, AdmitRequest } from './ledger.ts';
import { readPins } from './pins.ts';
import { beforeCall, Retry } from './retry.ts';
import { viewOf } from './view.ts';

/** Takes the estimate from every scope and writes the held entry, in one transaction. */
export async function admit(ctx: Context, request: AdmitRequest): Promise<Admission> {
  if (request.estimate < 0n) throw new RangeError('Bug! A negative estimate');
  const draft = new AdmitDraft(ctx, request);
  const result = await append(ctx, draft, new Retry(ctx, beforeCall(ctx.admitMs)));
  if (result.type !== 'appended') {
    draft.putBack();
    return stopped(ctx, result);
  }
  const sc = text(result.found, 'sc');
  if (sc === undefined) draft.remember();
  const pins = sc === undefined ? draft.pins : readPins(sc);
  const holdings = draft.holdings(pins);
  const reservation = new Hold({
    requestId: request.requestId,
    journal: result.journal,
    number: result.number,
    configNumber: request.number,
    tokens: request.tokens,
    pins,
    holdings,
    held: request.estimate,
    wouldRefuse: result.found === undefined ? draft.wouldRefuse() : readNames(text(result.found, 'wr')),
    view: viewOf(
      holdings.map(({ account }) => account),
      (key) => ctx.counters.seen(key),
      ctx.calendar,
    ),
  });
  return { type: 'admitted', reservation };
}

function stopped(ctx: Context, stop: Stop): Admission {
  if (stop.type === 'refused') ctx.refusals.note(stop.refusal);
  return stop;
}

function readNames(written: string | undefined): readonly string[] {
  const value: unknown = written === undefined ? [] : JSON.parse(written);
  return Array.isArray(value) ? value.map(String) : [];
}
