import type { FactValue } from './facts.ts';
import type { FinalRecord } from './records.ts';
import { fit } from './text.ts';
import { packWide } from './wide.ts';

/** Bytes of a provider's, model's or price's name. */
const NAME_BYTES = 128;

/** Attributes written at settle: narrow ones by themselves, wide ones together as `w`. What is absent costs nothing. */
export function finalFacts(final: FinalRecord): Record<string, FactValue> {
  const facts: Record<string, FactValue> = {
    uq: final.usageSource,
    ut: micros(final.totalMs),
    uo: micros(final.overheadMs),
  };
  if (final.status !== undefined) facts['hs'] = BigInt(final.status);
  if (final.errorCode !== undefined) facts['ec'] = final.errorCode;
  if (final.finishReason !== undefined) facts['fr'] = fit(final.finishReason, NAME_BYTES);
  if (final.ttftMs !== undefined) facts['uf'] = micros(final.ttftMs);
  if (final.attempts.length > 0) facts['na'] = BigInt(final.attempts.length);
  if (final.count !== 1) facts['k'] = BigInt(final.count);
  if (final.guard !== undefined) facts['ga'] = final.guard.action;
  if (final.priceVersion !== undefined) facts['px'] = fit(final.priceVersion, NAME_BYTES);
  addTarget(facts, final);
  addUsage(facts, final);
  const wide = packWide(final);
  if (wide !== undefined) facts['w'] = wide;
  return facts;
}

function addTarget(facts: Record<string, FactValue>, final: FinalRecord): void {
  if (final.served === undefined) return;
  facts['fp'] = fit(final.served.provider, NAME_BYTES);
  facts['fm'] = fit(final.served.model, NAME_BYTES);
}

function addUsage(facts: Record<string, FactValue>, { usage }: FinalRecord): void {
  if (usage === undefined) return;
  facts['ti'] = BigInt(usage.input);
  facts['to'] = BigInt(usage.output);
  if (usage.cacheRead > 0) facts['tr'] = BigInt(usage.cacheRead);
  const written = usage.cacheWrite + usage.cacheWriteLong;
  if (written > 0) facts['tw'] = BigInt(written);
  if (usage.reasoning > 0) facts['tg'] = BigInt(usage.reasoning);
}

/** Whole microseconds; a clock that went backwards counts as 0. */
function micros(ms: number): bigint {
  return BigInt(Math.max(0, Math.round(ms * 1000)));
}
