import type { ModelRow } from '../row.ts';

/**
 * Prices and limits of the shipped models. The OpenAI rows are those on which two independent catalogues agree in input,
 * cache read and output: genai-prices 0.2.3 and LiteLLM 1.106.2, which also gives the limits. `source` and `checked` are
 * what genai-prices states for these rows: the page, and the day its maintainers verified the rates of the service tiers
 * on it. OpenAI bills writing to its cache as input and reasoning as output. Left out are models whose price depends on
 * the length of the prompt, since a price here is one figure per class: give those a `price` in tollgate.yaml.
 *
 * Image bounds only size a hold and err upwards: published formulas and measured usage differ for several models, and
 * the larger figure is taken.
 */
const OPENAI = { source: 'https://developers.openai.com/api/docs/pricing', checked: '2026-10-12' } as const;

type Facts = Omit<ModelRow, 'provider' | 'model' | 'snapshots' | 'source' | 'checked'>;

function openai(model: string, snapshots: readonly string[], facts: Facts): ModelRow {
  return { provider: 'openai', model, snapshots, ...facts, ...OPENAI };
}

/** Dear on purpose: a budget of one cent is spent after two or three answers, so that refusals can be tried out. */
function sandbox(model: string): ModelRow {
  return {
    provider: 'sandbox',
    model,
    snapshots: [],
    contextTokens: 128_000,
    maxOutputTokens: 4_096,
    hiddenReasoning: false,
    imageTokens: 1_000,
    usd: { input: '10', cacheRead: '10', cacheWrite: '10', output: '60', reasoning: '60' },
    from: '2026-11-24',
    source: 'lambda/catalog/data/models.ts',
    checked: '2026-11-24',
  };
}

export const MODELS: readonly ModelRow[] = [
  sandbox('sandbox'),
  sandbox('sandbox-*'),
  openai('gpt-5.4-mini', ['gpt-5.4-mini-2026-03-17'], {
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    hiddenReasoning: true,
    imageTokens: 4_050,
    usd: { input: '0.75', cacheRead: '0.075', cacheWrite: '0.75', output: '4.5', reasoning: '4.5' },
    from: '2026-03-17',
  }),
  openai('gpt-5.4-nano', ['gpt-5.4-nano-2026-03-17'], {
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    hiddenReasoning: true,
    imageTokens: 6_150,
    usd: { input: '0.2', cacheRead: '0.02', cacheWrite: '0.2', output: '1.25', reasoning: '1.25' },
    from: '2026-03-17',
  }),
  openai('gpt-5.2', ['gpt-5.2-2025-12-11'], {
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    hiddenReasoning: true,
    imageTokens: 3_000,
    usd: { input: '1.75', cacheRead: '0.175', cacheWrite: '1.75', output: '14', reasoning: '14' },
    from: '2025-12-11',
  }),
  openai('gpt-5.1', ['gpt-5.1-2025-11-13'], {
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    hiddenReasoning: true,
    imageTokens: 3_000,
    usd: { input: '1.25', cacheRead: '0.125', cacheWrite: '1.25', output: '10', reasoning: '10' },
    from: '2025-11-13',
  }),
  openai('gpt-5', ['gpt-5-2025-08-07'], {
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    hiddenReasoning: true,
    imageTokens: 3_000,
    usd: { input: '1.25', cacheRead: '0.125', cacheWrite: '1.25', output: '10', reasoning: '10' },
    from: '2025-08-07',
  }),
  openai('gpt-5-mini', ['gpt-5-mini-2025-08-07'], {
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    hiddenReasoning: true,
    imageTokens: 2_489,
    usd: { input: '0.25', cacheRead: '0.025', cacheWrite: '0.25', output: '2', reasoning: '2' },
    from: '2025-08-07',
  }),
  openai('gpt-5-nano', ['gpt-5-nano-2025-08-07'], {
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    hiddenReasoning: true,
    imageTokens: 3_779,
    usd: { input: '0.05', cacheRead: '0.005', cacheWrite: '0.05', output: '0.4', reasoning: '0.4' },
    from: '2025-08-07',
  }),
  openai('gpt-4.1', ['gpt-4.1-2025-04-14'], {
    contextTokens: 1_047_576,
    maxOutputTokens: 32_768,
    hiddenReasoning: false,
    imageTokens: 1_536,
    usd: { input: '2', cacheRead: '0.5', cacheWrite: '2', output: '8', reasoning: '8' },
    from: '2025-04-14',
  }),
  openai('gpt-4.1-mini', ['gpt-4.1-mini-2025-04-14'], {
    contextTokens: 1_047_576,
    maxOutputTokens: 32_768,
    hiddenReasoning: false,
    imageTokens: 2_489,
    usd: { input: '0.4', cacheRead: '0.1', cacheWrite: '0.4', output: '1.6', reasoning: '1.6' },
    from: '2025-04-14',
  }),
  openai('gpt-4.1-nano', ['gpt-4.1-nano-2025-04-14'], {
    contextTokens: 1_047_576,
    maxOutputTokens: 32_768,
    hiddenReasoning: false,
    imageTokens: 3_779,
    usd: { input: '0.1', cacheRead: '0.025', cacheWrite: '0.1', output: '0.4', reasoning: '0.4' },
    from: '2025-04-14',
  }),
  openai('gpt-4o', ['gpt-4o-2024-08-06', 'gpt-4o-2024-11-20'], {
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    hiddenReasoning: false,
    imageTokens: 1_445,
    usd: { input: '2.5', cacheRead: '1.25', cacheWrite: '2.5', output: '10', reasoning: '10' },
    from: '2024-08-06',
  }),
  openai('gpt-4o-mini', ['gpt-4o-mini-2024-07-18'], {
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    hiddenReasoning: false,
    imageTokens: 48_169,
    usd: { input: '0.15', cacheRead: '0.075', cacheWrite: '0.15', output: '0.6', reasoning: '0.6' },
    from: '2024-07-18',
  }),
  openai('o3', ['o3-2025-04-16'], {
    contextTokens: 200_000,
    maxOutputTokens: 100_000,
    hiddenReasoning: true,
    imageTokens: 1_275,
    usd: { input: '2', cacheRead: '0.5', cacheWrite: '2', output: '8', reasoning: '8' },
    from: '2025-06-10',
  }),
  openai('o4-mini', ['o4-mini-2025-04-16'], {
    contextTokens: 200_000,
    maxOutputTokens: 100_000,
    hiddenReasoning: true,
    imageTokens: 2_642,
    usd: { input: '1.1', cacheRead: '0.275', cacheWrite: '1.1', output: '4.4', reasoning: '4.4' },
    from: '2025-04-16',
  }),
];
