/** The first seed that finds each planted fault. Written by `npm run simulate -- --record`. */
export const KILLING_SEEDS: Readonly<Record<string, number>> = {};
