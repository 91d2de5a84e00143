import { createHash } from 'node:crypto';
import type { Config, LimitsConfig } from './schema.ts';

/**
 * SHA-256, in hex, of what a config says: comments, spacing and the order of keys do not count, the order of lists
 * does. A deploy and a restart compare it to know whether the limits changed.
 */
export function configHash(config: Config): string {
  return createHash('sha256').update(canonical(config)).digest('hex');
}

/** The same of its limits alone: whether another config has to be proposed to the ledger. */
export function limitsHash({ budgets, rates }: LimitsConfig): string {
  return createHash('sha256').update(canonical({ budgets, rates })).digest('hex');
}

/** JSON with sorted keys. Keys without a value are left out, so that an absent and an undefined one are the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
