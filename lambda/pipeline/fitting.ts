import type { Nano } from '../core/money.ts';
import type { Candidate, Planned } from './states.ts';

/** The output cap at which every target's bound is within a limit of money; 0 if none is. */
export function fittingForMoney(limit: Nano, { candidates }: Planned): number {
  return Math.min(...candidates.map((candidate) => ofMoney(limit, candidate)));
}

/** The output cap at which a call to any target needs at most so many tokens; 0 if none is. */
export function fittingForTokens(limit: number, { candidates }: Planned): number {
  return Math.min(
    ...candidates.map(({ inputBound, choices }) => Math.max(0, Math.floor((limit - inputBound) / choices))),
  );
}

function ofMoney(limit: Nano, { target, outputTokens, inputBound, bound, choices }: Candidate): number {
  if (target.price === undefined || outputTokens === undefined || bound === undefined) return 0;
  const { long } = target.price;
  // Those that the bound was made with: the input alone decides the tier.
  const rates = long !== undefined && inputBound > long.inputTokens ? long.rates : target.price;
  const perToken = rates.output > rates.reasoning ? rates.output : rates.reasoning;
  if (perToken === 0n) return 0;
  const input = bound * 1000n - BigInt(outputTokens * choices) * perToken;
  const left = limit * 1000n - input - 1000n;
  return left <= 0n ? 0 : Number(left / (perToken * BigInt(choices)));
}
