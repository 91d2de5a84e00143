import type { JsonTape } from '../../wire/json-tape.ts';
import { bodyLayer } from './layer.ts';
import type { GuardOutcome } from './outcome.ts';
import { activeClasses, type GuardPolicy } from './policy.ts';
import { Tally } from './tally.ts';
import { Walk } from './walk.ts';

export type { GuardOutcome } from './outcome.ts';
export { type GuardPolicy, isActive } from './policy.ts';

/**
 * Scans everything in a body that would leave: every key, string and number, those of unknown fields too, and the JSON
 * inside strings. What is exempt, by name and look, is listed in `exempt.ts`. A class at `block` wins over all that is
 * redacted. A failure inside is an outcome of its own, and never a pass. `maxDepth` bounds the nesting of JSON in
 * strings; the work is bounded by the size of the body.
 */
export function scanBody(
  bytes: Uint8Array,
  tape: JsonTape,
  policy: GuardPolicy,
  maxDepth: number,
): GuardOutcome {
  const tally = new Tally(policy);
  const walk = new Walk(tally, activeClasses(policy), maxDepth);
  try {
    walk.layer(bodyLayer(bytes, tape));
  } catch {
    // What was thrown may quote the text, so nothing of it is passed on.
    tally.giveUp(pathOf(walk), 'the scan failed');
  }
  return tally.outcome();
}

function pathOf(walk: Walk): string {
  try {
    return walk.path;
  } catch {
    // A path is made safe by the same detectors, and one of them may be what failed.
    return 'the body';
  }
}
