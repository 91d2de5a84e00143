import type { Decree } from '../policy.ts';
import { OperateProblem } from './problem.ts';

/** Who changes something, why, and until when. `until` in milliseconds since the epoch; undefined: until taken back. */
export interface Order {
  readonly who: string;
  readonly why: string;
  readonly until: number | undefined;
}

/** Characters of a name and of a reason: what they stand in is read by every process, again and again. */
const LONGEST = { who: 100, why: 300 } as const;

/** The order as it is written down. Throws an `OperateProblem` where it lacks a name or a reason, or is over already. */
export function decreeOf({ who, why, until }: Order, nowMs: number): Decree {
  for (const [name, text] of [
    ['who', who],
    ['why', why],
  ] as const) {
    if (text.trim() === '')
      throw new OperateProblem(
        `--${name} is empty; say ${name === 'why' ? 'why, for those who find it later' : 'who you are'}`,
      );
    if (text.length > LONGEST[name])
      throw new OperateProblem(`--${name} has ${text.length} characters; at most ${LONGEST[name]}`);
  }
  if (until !== undefined && until <= nowMs) {
    throw new OperateProblem(`${new Date(until).toISOString()} is past; name a time to come`);
  }
  return { who: who.trim(), why: why.trim(), at: nowMs, ...(until === undefined ? {} : { until }) };
}
