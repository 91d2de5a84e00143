import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import type { Ids } from '../../ports/ids.ts';

const SEQUENCE = 2 ** 32;
/** Bytes of one id, and of randomness fetched at a time: each fetch costs ten times what an id does. */
const ID_BYTES = 16;
const POOL_BYTES = 256 * ID_BYTES;

/**
 * UUIDs of version 7. Within one millisecond of one maker a counter in the random part keeps them ascending, so that
 * sorting by id is sorting by arrival. The counter starts at random in the lower half and so never wraps in practice.
 */
export function createIds(): Ids {
  let last = -1;
  let sequence = 0;
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  const rng = () => {
    if (used === POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    used += ID_BYTES;
    return pool.subarray(used - ID_BYTES, used);
  };
  return {
    next(nowMs) {
      const msecs = Math.floor(nowMs);
      if (msecs === last) sequence = (sequence + 1) % SEQUENCE;
      else sequence = Math.floor((Math.random() * SEQUENCE) / 2);
      last = msecs;
      return v7({ msecs, seq: sequence, rng });
    },
  };
}
