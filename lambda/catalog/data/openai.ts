import type { ModelRow } from '../row.ts';

/**
 * OpenAI's models of the chat and embeddings routes, at the rates of the standard service tier and the usual endpoint;
 * `residency`: released since 2026-03-05, so an endpoint that keeps data in a region adds 10 % (guide "Data residency").
 * Two independent catalogues that cite OpenAI's page agree on every price, but for gpt-6.1-terra, which is newer than one
 * of them and whose own page was read. Left out are models of the Responses API alone and those that bill audio tokens.
 *
 * Image bounds only size a hold and err upwards: published formulas and measured usage differ for several models, and
 * the larger figure is taken. Models that read an image at its full size, and whose limit is not known, have none.
 */
type Facts = Omit<ModelRow, 'provider' | 'kind' | 'model' | 'aliases' | 'source' | 'checked'>;

const SEEN = {
  provider: 'openai',
  source: 'https://developers.openai.com/api/docs/pricing',
  checked: '2026-11-24',
} as const;

function chat(model: string, aliases: readonly string[], facts: Facts): ModelRow {
  return { ...SEEN, kind: 'chat', model, aliases, ...facts };
}

function embeddings(model: string, aliases: readonly string[], facts: Facts): ModelRow {
  return { ...SEEN, kind: 'embeddings', model, aliases, ...facts };
}

export const OPENAI: readonly ModelRow[] = [
  chat('gpt-6.1-sol', [], {
    contextTokens: 1_050_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true,
    prices: [
      {
        residency: true,
        from: '2026-09-29',
        usd: { input: '2', cacheRead: '0.1', cacheWrite: '2.5', output: '10' },
        long: { above: 272_000, usd: { input: '4', cacheRead: '0.2', cacheWrite: '5', output: '15' } },
      },
    ],
  }),
  // Its page: tools need the Responses API, and a cache is kept for 12 hours at twice the price of writing it.
  chat('gpt-6.1-terra', [], {
    contextTokens: 1_050_000, maxOutputTokens: 128_000, takes: ['image'], tools: false,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true,
    prices: [
      {
        residency: true,
        from: '2026-10-26',
        usd: { input: '1', cacheRead: '0.05', cacheWrite: '1.25', cacheWriteLong: '2.5', output: '5' },
        long: {
          above: 272_000,
          usd: { input: '2', cacheRead: '0.1', cacheWrite: '2.5', cacheWriteLong: '5', output: '7.5' },
        },
      },
    ],
  }),
  chat('gpt-6-astra', [], {
    contextTokens: 1_050_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true,
    prices: [
      {
        residency: true,
        usd: { input: '10', cacheRead: '1', cacheWrite: '12.5', output: '50' },
        long: { above: 272_000, usd: { input: '20', cacheRead: '2', cacheWrite: '25', output: '75' } },
      },
    ],
  }),
  chat('gpt-6-sol', [], {
    contextTokens: 1_050_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true,
    prices: [
      {
        residency: true,
        usd: { input: '2', cacheRead: '0.2', cacheWrite: '2.5', output: '10' },
        long: { above: 272_000, usd: { input: '4', cacheRead: '0.4', cacheWrite: '5', output: '15' } },
      },
    ],
  }),
  chat('gpt-6-luna', [], {
    contextTokens: 1_050_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true,
    prices: [
      {
        residency: true,
        usd: { input: '0.1', cacheRead: '0.01', cacheWrite: '0.125', output: '0.5' },
        long: {
          above: 272_000,
          usd: { input: '0.2', cacheRead: '0.02', cacheWrite: '0.25', output: '0.75' },
        },
      },
    ],
  }),
  chat('gpt-5.6-sol', ['gpt-5.6'], {
    contextTokens: 1_050_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true,
    prices: [
      {
        residency: true,
        from: '2026-08-21',
        usd: { input: '4', cacheRead: '0.4', cacheWrite: '5', output: '20' },
        long: { above: 272_000, usd: { input: '8', cacheRead: '0.8', cacheWrite: '10', output: '30' } },
      },
    ],
  }),
  chat('gpt-5.6-terra', [], {
    contextTokens: 1_050_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true,
    prices: [
      {
        residency: true,
        from: '2026-07-30',
        usd: { input: '2', cacheRead: '0.2', cacheWrite: '2.5', output: '12' },
        long: { above: 272_000, usd: { input: '4', cacheRead: '0.4', cacheWrite: '5', output: '18' } },
      },
    ],
  }),
  chat('gpt-5.6-luna', [], {
    contextTokens: 1_050_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true,
    prices: [
      {
        residency: true,
        from: '2026-07-30',
        usd: { input: '0.2', cacheRead: '0.02', cacheWrite: '0.25', output: '1.2' },
        long: { above: 272_000, usd: { input: '0.4', cacheRead: '0.04', cacheWrite: '0.5', output: '1.8' } },
      },
    ],
  }),
  chat('gpt-5.5', ['gpt-5.5-2026-04-23'], {
    contextTokens: 1_050_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true, imageTokens: 12_000,
    prices: [
      {
        residency: true,
        from: '2026-04-23',
        usd: { input: '5', cacheRead: '0.5', output: '30' },
        long: { above: 272_000, usd: { input: '10', cacheRead: '1', output: '45' } },
      },
    ],
  }),
  chat('gpt-5.4', ['gpt-5.4-2026-03-05'], {
    contextTokens: 1_050_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true, imageTokens: 12_000,
    prices: [
      {
        residency: true,
        from: '2026-03-05',
        usd: { input: '2.5', cacheRead: '0.25', output: '15' },
        long: { above: 272_000, usd: { input: '5', cacheRead: '0.5', output: '22.5' } },
      },
    ],
  }),
  chat('gpt-5.4-mini', ['gpt-5.4-mini-2026-03-17'], {
    contextTokens: 400_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true, imageTokens: 4_050,
    prices: [
      { residency: true, from: '2026-03-17', usd: { input: '0.75', cacheRead: '0.075', output: '4.5' } },
    ],
  }),
  chat('gpt-5.4-nano', ['gpt-5.4-nano-2026-03-17'], {
    contextTokens: 400_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true, imageTokens: 6_150,
    prices: [
      { residency: true, from: '2026-03-17', usd: { input: '0.2', cacheRead: '0.02', output: '1.25' } },
    ],
  }),
  chat('gpt-5.2', ['gpt-5.2-2025-12-11'], {
    contextTokens: 400_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true, imageTokens: 3_000,
    prices: [{ from: '2025-12-11', usd: { input: '1.75', cacheRead: '0.175', output: '14' } }],
  }),
  chat('gpt-5.1', ['gpt-5.1-2025-11-13'], {
    contextTokens: 400_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', hiddenReasoning: true, imageTokens: 3_000,
    prices: [{ from: '2025-11-13', usd: { input: '1.25', cacheRead: '0.125', output: '10' } }],
  }),
  chat('gpt-5', ['gpt-5-2025-08-07'], {
    contextTokens: 400_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', sampling: 'none', hiddenReasoning: true,
    imageTokens: 3_000,
    prices: [{ from: '2025-08-07', usd: { input: '1.25', cacheRead: '0.125', output: '10' } }],
  }),
  chat('gpt-5-mini', ['gpt-5-mini-2025-08-07'], {
    contextTokens: 400_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', sampling: 'none', hiddenReasoning: true,
    imageTokens: 2_489,
    prices: [{ from: '2025-08-07', usd: { input: '0.25', cacheRead: '0.025', output: '2' } }],
  }),
  chat('gpt-5-nano', ['gpt-5-nano-2025-08-07'], {
    contextTokens: 400_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', sampling: 'none', hiddenReasoning: true,
    imageTokens: 3_779,
    prices: [{ from: '2025-08-07', usd: { input: '0.05', cacheRead: '0.005', output: '0.4' } }],
  }),
  chat('gpt-4.1', ['gpt-4.1-2025-04-14'], {
    contextTokens: 1_047_576, maxOutputTokens: 32_768, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'none', sampling: 'both', imageTokens: 1_536,
    prices: [{ from: '2025-04-14', usd: { input: '2', cacheRead: '0.5', output: '8' } }],
  }),
  chat('gpt-4.1-mini', ['gpt-4.1-mini-2025-04-14'], {
    contextTokens: 1_047_576, maxOutputTokens: 32_768, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'none', sampling: 'both', imageTokens: 2_489,
    prices: [{ from: '2025-04-14', usd: { input: '0.4', cacheRead: '0.1', output: '1.6' } }],
  }),
  chat('gpt-4.1-nano', ['gpt-4.1-nano-2025-04-14'], {
    contextTokens: 1_047_576, maxOutputTokens: 32_768, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'none', sampling: 'both', imageTokens: 3_779,
    prices: [{ from: '2025-04-14', usd: { input: '0.1', cacheRead: '0.025', output: '0.4' } }],
  }),
  chat('gpt-4o', ['gpt-4o-2024-08-06', 'gpt-4o-2024-11-20'], {
    contextTokens: 128_000, maxOutputTokens: 16_384, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'none', sampling: 'both', imageTokens: 1_445,
    prices: [{ from: '2024-08-06', usd: { input: '2.5', cacheRead: '1.25', output: '10' } }],
  }),
  chat('gpt-4o-mini', ['gpt-4o-mini-2024-07-18'], {
    contextTokens: 128_000, maxOutputTokens: 16_384, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'none', sampling: 'both', imageTokens: 48_169,
    prices: [{ from: '2024-07-18', usd: { input: '0.15', cacheRead: '0.075', output: '0.6' } }],
  }),
  chat('o3', ['o3-2025-04-16'], {
    contextTokens: 200_000, maxOutputTokens: 100_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', sampling: 'none', hiddenReasoning: true,
    imageTokens: 1_275,
    prices: [{ from: '2025-06-10', usd: { input: '2', cacheRead: '0.5', output: '8' } }],
  }),
  chat('o4-mini', ['o4-mini-2025-04-16'], {
    contextTokens: 200_000, maxOutputTokens: 100_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'effort', sampling: 'none', hiddenReasoning: true,
    imageTokens: 2_642,
    prices: [{ from: '2025-04-16', usd: { input: '1.1', cacheRead: '0.275', output: '4.4' } }],
  }),
  embeddings('text-embedding-3-large', [], {
    contextTokens: 8_192, takes: [], dimensions: 3_072,
    prices: [{ usd: { input: '0.13', output: '0' } }],
  }),
  embeddings('text-embedding-3-small', [], {
    contextTokens: 8_192, takes: [], dimensions: 1_536,
    prices: [{ usd: { input: '0.02', output: '0' } }],
  }),
  embeddings('text-embedding-ada-002', [], {
    contextTokens: 8_192, takes: [], dimensions: 1_536,
    prices: [{ usd: { input: '0.1', output: '0' } }],
  }),
];
