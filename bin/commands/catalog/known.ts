import { picoFromUsdPerMillion } from '../../../lambda/core/money.ts';
import type { Difference } from './compare.ts';

/** Why a difference is right as it is. */
export interface Known {
  /** `*` at its end stands for any rest. */
  readonly model: string;
  /** `model`, `contextTokens`, a class of tokens; absent: every price, if `ratio` holds. */
  readonly field?: string;
  /** Our price is theirs times the first, divided by the second. */
  readonly ratio?: readonly [bigint, bigint];
  readonly reason: string;
}

export const KNOWN: readonly Known[] = [
  {
    model: 'openai/gpt-6.1-terra',
    field: 'model',
    reason: 'released on 2026-10-26, after the copy of 2026-10-21; from its own page and genai-prices 0.2.3',
  },
  {
    model: 'anthropic/claude-fable-5-2',
    field: 'model',
    reason: 'released after the copy of 2026-10-21; from genai-prices 0.2.3, which cites the pricing page',
  },
  {
    model: 'bedrock/anthropic.claude-fable-5-2',
    field: 'model',
    reason: "released after the copy of 2026-10-21; from genai-prices 0.2.3, which cites AWS's price list",
  },
  {
    model: 'openai/text-embedding-*',
    field: 'contextTokens',
    reason:
      "OpenAI's guide to embeddings says 8,192, genai-prices 0.2.3 likewise; LiteLLM keeps an older 8,191",
  },
  {
    model: 'bedrock/anthropic.claude-*',
    ratio: [11n, 10n],
    reason:
      "an id without a prefix runs in its Region, for which Anthropic's page adds 10 % from the 4.5 models on; LiteLLM lists the rates of the global profile",
  },
];

/** The entry that explains a difference. */
export function knownFor(difference: Difference, known: readonly Known[] = KNOWN): Known | undefined {
  return known.find(
    ({ model, field, ratio }) =>
      matches(model, difference.model) &&
      (field === undefined ? ratio !== undefined : field === difference.field) &&
      (ratio === undefined || isRatio(difference, ratio)),
  );
}

function matches(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern;
}

function isRatio({ ours, theirs }: Difference, [times, by]: readonly [bigint, bigint]): boolean {
  const here = amount(ours);
  const there = amount(theirs);
  return here !== undefined && there !== undefined && here * by === there * times;
}

function amount(text: string): bigint | undefined {
  return text.startsWith('$') ? picoFromUsdPerMillion(text.slice(1)) : undefined;
}
