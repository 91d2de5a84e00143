import type { Random } from '../../ports/ids.ts';

/** Chance for weights and jitter. Nothing secret may come from it: keys and nonces are made by their own adapters. */
export const systemRandom: Random = { next: () => Math.random() };
