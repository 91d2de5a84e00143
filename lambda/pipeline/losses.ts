import { type Loss, lossesOf } from '../core/chat/features.ts';
import { foreignReasoning } from '../core/chat/signed.ts';
import { TollgateError } from '../core/errors.ts';
import { type Target, targetName } from '../core/routing/target.ts';
import type { Headers } from '../formats/format.ts';
import { isForwarded, type Served } from './services.ts';
import type { Source } from './source.ts';

/** What the caller has to be told about a translation; empty where the request is forwarded. */
export interface Told {
  readonly warnings: readonly string[];
  /** Parameters that are left out. */
  readonly dropped: ReadonlySet<string>;
}

const NOTHING: Told = { warnings: [], dropped: new Set() };

/**
 * What a target would lose of the request. Strict: the first loss is a 400 that names its parameter. With `drop` every
 * loss that leaves the meaning of the request is left out and told. Emulations are told in either case.
 */
export function tell(
  served: Served,
  source: Source,
  target: Target,
  unsupported: 'refuse' | 'drop',
  headers: Headers,
): Told | TollgateError {
  if (served.kind !== 'estimate' && isForwarded(served)) {
    const warnings = served.service.notes?.({ headers, has: (name) => source.has(name) });
    return warnings === undefined ? NOTHING : { warnings, dropped: new Set() };
  }
  const found = lossesFor(served, source, target);
  if (found instanceof TollgateError) return found;
  const warnings = [...found.notes];
  const dropped = new Set<string>();
  for (const loss of found.losses) {
    if (loss.how !== 'emulated' && (unsupported === 'refuse' || !loss.droppable))
      return refusal(loss, target);
    if (loss.how === 'dropped') dropped.add(loss.param);
    warnings.push(`${loss.param} ${loss.how}${loss.note === '' ? '' : `: ${loss.note}`}`);
  }
  return { warnings, dropped };
}

function lossesFor(
  served: Served,
  source: Source,
  target: Target,
): { readonly losses: readonly Loss[]; readonly notes: readonly string[] } | TollgateError {
  if (served.kind === 'embeddings') {
    const request = source.embeddings(served.caller);
    if (request instanceof TollgateError) return request;
    return { losses: served.service.format.losses(request, { model: target.model }), notes: [] };
  }
  const conversation = source.conversation(served.caller);
  if (conversation instanceof TollgateError) return conversation;
  const { notes, asked } = conversation;
  if (served.kind === 'estimate') return { losses: [], notes };
  const ofValues = served.service.format.losses(conversation, target.capabilities);
  if (served.kind !== 'chat') return { losses: ofValues, notes };
  const { format } = served.service;
  const takes = (own: boolean) => format.takesSigned(own, target.capabilities);
  const signer = foreignReasoning(conversation, targetName(target), takes);
  const left = signer === undefined ? [] : [`reasoning of earlier turns left out: ${signer} signed it`];
  return { losses: [...lossesOf(asked, format.support), ...ofValues], notes: [...notes, ...left] };
}

function refusal(loss: Loss, target: Target): TollgateError {
  const advice = loss.droppable
    ? 'Leave it out, or set `unsupported: drop` for this model in the config.'
    : 'Ask a model that takes it, or leave it out.';
  const verb = loss.how === 'capped' ? 'is out of range for' : 'is not supported by';
  const why = loss.note === '' ? '' : `: ${loss.note}`;
  return new TollgateError(
    'unsupported_parameter',
    `\`${loss.param}\` ${verb} ${targetName(target)}${why}. ${advice}`,
    {
      param: loss.param,
      details: { target: targetName(target) },
    },
  );
}
