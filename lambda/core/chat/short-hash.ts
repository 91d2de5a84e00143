import { createHash } from 'node:crypto';

/** 24 hex digits, 96 bits: as long as providers' own ids, and two never meet. For ids that have to be made up. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
