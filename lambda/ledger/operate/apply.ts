import type { Head } from '../head.ts';
import { movedOn } from '../propose.ts';
import { type OperatePorts, writeHead } from './write.ts';

/** Limits as they are proposed: JSON of the config's limits and its hash, both as a gateway at its start makes them. */
export interface Proposal {
  readonly limits: string;
  readonly hash: string;
}

export interface Applied {
  /** Number of the config in force. */
  readonly number: number;
  /** False where these limits were in force already. */
  readonly changed: boolean;
}

/**
 * Makes a config's limits the ones in force, under a number of their own. Every line of deployments moves on by one as
 * well, so that no version which runs now comes above the new number, and the next one deployed still does.
 */
export async function applyLimits(ports: OperatePorts, { limits, hash }: Proposal): Promise<Applied> {
  let number = 0;
  const edit = (head: Head): Head | undefined => {
    if (head.number > 0 && head.hash === hash) {
      number = head.number;
      return undefined;
    }
    number = head.number + 1;
    return { ...head, number, hash, lines: movedOn(head) };
  };
  const written = await writeHead(ports, edit, { limits });
  return { number, changed: written === 'changed' };
}
