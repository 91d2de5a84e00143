import type { ModelRow } from '../row.ts';

/**
 * Other models on Bedrock, at the rates of the standard service tier. AWS prices them by Region, and the catalogues know
 * those of the United States best: elsewhere, and for profiles that are not listed, a model has its capabilities and no
 * price. Two independent catalogues agree on every price but those of Cohere, which one of them does not list and which
 * are Cohere's own. What a model can do is what LiteLLM's catalogue and AWS's user guide say.
 */
type Facts = Omit<ModelRow, 'provider' | 'kind' | 'model' | 'aliases' | 'source' | 'checked'>;

const SEEN = {
  provider: 'bedrock',
  aliases: [],
  source: 'https://aws.amazon.com/bedrock/pricing/',
  checked: '2026-11-24',
} as const;

const VIRGINIA = ['us-east-1'] as const;
/** The Regions of the profile `us.`, which costs the same. */
const US = ['us-east-1', 'us-east-2', 'us-west-2'] as const;

function chat(model: string, facts: Facts): ModelRow {
  return { ...SEEN, kind: 'chat', model, ...facts };
}

function embeddings(model: string, facts: Facts): ModelRow {
  return { ...SEEN, kind: 'embeddings', model, ...facts };
}

export const BEDROCK: readonly ModelRow[] = [
  chat('amazon.nova-2-lite-v1:0', {
    contextTokens: 1_000_000, maxOutputTokens: 64_000, takes: ['image', 'pdf', 'video'], tools: true,
    thinking: 'effort', hiddenReasoning: true,
    prices: [
      { scopes: ['global'], usd: { input: '0.3', cacheRead: '0.075', output: '2.5' } },
      { scopes: ['us'], usd: { input: '0.33', cacheRead: '0.0825', output: '2.75' } },
    ],
  }),
  chat('amazon.nova-premier-v1:0', {
    contextTokens: 1_000_000, maxOutputTokens: 10_000, takes: ['image', 'pdf', 'video'], tools: true,
    thinking: 'none',
    prices: [{ scopes: ['region'], regions: US, usd: { input: '2.5', cacheRead: '0.625', output: '12.5' } }],
  }),
  chat('amazon.nova-pro-v1:0', {
    contextTokens: 300_000, maxOutputTokens: 10_000, takes: ['image', 'pdf', 'video'], tools: true,
    thinking: 'none',
    prices: [
      { scopes: ['region', 'us'], regions: US, usd: { input: '0.8', cacheRead: '0.2', output: '3.2' } },
    ],
  }),
  chat('amazon.nova-lite-v1:0', {
    contextTokens: 300_000, maxOutputTokens: 10_000, takes: ['image', 'pdf', 'video'], tools: true,
    thinking: 'none',
    prices: [
      { scopes: ['region', 'us'], regions: US, usd: { input: '0.06', cacheRead: '0.015', output: '0.24' } },
    ],
  }),
  chat('amazon.nova-micro-v1:0', {
    contextTokens: 128_000, maxOutputTokens: 10_000, takes: [], tools: true, thinking: 'none',
    prices: [
      {
        scopes: ['region', 'us'],
        regions: US,
        usd: { input: '0.035', cacheRead: '0.00875', output: '0.14' },
      },
    ],
  }),
  chat('meta.llama4-maverick-17b-instruct-v1:0', {
    contextTokens: 1_000_000, maxOutputTokens: 8_192, takes: ['image'], tools: true, thinking: 'none',
    prices: [{ scopes: ['region', 'us'], regions: US, usd: { input: '0.24', output: '0.97' } }],
  }),
  chat('meta.llama4-scout-17b-instruct-v1:0', {
    contextTokens: 10_000_000, maxOutputTokens: 8_192, takes: ['image'], tools: true, thinking: 'none',
    prices: [{ scopes: ['region', 'us'], regions: US, usd: { input: '0.17', output: '0.66' } }],
  }),
  chat('meta.llama3-3-70b-instruct-v1:0', {
    contextTokens: 128_000, maxOutputTokens: 4_096, takes: [], tools: true, thinking: 'none',
    prices: [{ scopes: ['region', 'us'], regions: US, usd: { input: '0.72', output: '0.72' } }],
  }),
  chat('meta.llama3-1-70b-instruct-v1:0', {
    contextTokens: 128_000, maxOutputTokens: 4_096, takes: [], tools: true, thinking: 'none',
    prices: [{ scopes: ['region', 'us'], regions: US, usd: { input: '0.72', output: '0.72' } }],
  }),
  chat('meta.llama3-1-8b-instruct-v1:0', {
    contextTokens: 128_000, maxOutputTokens: 4_096, takes: [], tools: true, thinking: 'none',
    prices: [{ scopes: ['region', 'us'], regions: US, usd: { input: '0.22', output: '0.22' } }],
  }),
  chat('mistral.mistral-large-3-675b-instruct', {
    contextTokens: 256_000, maxOutputTokens: 32_000, takes: ['image'], tools: true, structuredOutput: true,
    thinking: 'none',
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.5', output: '1.5' } }],
  }),
  chat('mistral.ministral-3-14b-instruct', {
    contextTokens: 128_000, maxOutputTokens: 8_000, takes: ['image'], tools: true, structuredOutput: true,
    thinking: 'none',
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.2', output: '0.2' } }],
  }),
  chat('mistral.ministral-3-8b-instruct', {
    contextTokens: 128_000, maxOutputTokens: 8_000, takes: ['image'], tools: true, structuredOutput: true,
    thinking: 'none',
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.15', output: '0.15' } }],
  }),
  chat('mistral.magistral-small-2509', {
    contextTokens: 128_000, maxOutputTokens: 40_000, takes: ['image'], tools: true,
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.5', output: '1.5' } }],
  }),
  chat('mistral.devstral-2-123b', {
    contextTokens: 256_000, maxOutputTokens: 32_000, takes: [], tools: true, thinking: 'none',
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.4', output: '2' } }],
  }),
  chat('mistral.pixtral-large-2502-v1:0', {
    contextTokens: 128_000, maxOutputTokens: 16_384, takes: ['image'], tools: true, thinking: 'none',
    prices: [{ scopes: ['region', 'us', 'eu'], regions: VIRGINIA, usd: { input: '2', output: '6' } }],
  }),
  chat('openai.gpt-oss-120b-1:0', {
    contextTokens: 128_000, maxOutputTokens: 16_384, takes: [], tools: true,
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.15', output: '0.6' } }],
  }),
  chat('openai.gpt-oss-20b-1:0', {
    contextTokens: 128_000, maxOutputTokens: 16_384, takes: [], tools: true,
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.07', output: '0.3' } }],
  }),
  chat('deepseek.r1-v1:0', {
    contextTokens: 128_000, maxOutputTokens: 8_192, takes: [], tools: false,
    prices: [{ scopes: ['region', 'us'], regions: VIRGINIA, usd: { input: '1.35', output: '5.4' } }],
  }),
  chat('qwen.qwen3-coder-480b-a35b-v1:0', {
    contextTokens: 262_144, maxOutputTokens: 16_384, takes: [], tools: true, structuredOutput: true,
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.45', output: '1.8' } }],
  }),
  chat('qwen.qwen3-coder-30b-a3b-v1:0', {
    contextTokens: 262_144, maxOutputTokens: 16_384, takes: [], tools: true, structuredOutput: true,
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.15', output: '0.6' } }],
  }),
  chat('qwen.qwen3-32b-v1:0', {
    contextTokens: 32_768, maxOutputTokens: 8_192, takes: [], tools: true, structuredOutput: true,
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.15', output: '0.6' } }],
  }),
  embeddings('amazon.titan-embed-text-v2:0', {
    contextTokens: 8_192, takes: [], dimensions: 1_024,
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.02', output: '0' } }],
  }),
  embeddings('amazon.titan-embed-text-v1', {
    contextTokens: 8_192, takes: [], dimensions: 1_536,
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.1', output: '0' } }],
  }),
  embeddings('cohere.embed-v4:0', {
    contextTokens: 128_000, takes: [], dimensions: 1_536,
    prices: [{ scopes: ['region', 'us', 'global'], regions: VIRGINIA, usd: { input: '0.12', output: '0' } }],
  }),
  embeddings('cohere.embed-english-v3', {
    contextTokens: 512, takes: [], dimensions: 1_024,
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.1', output: '0' } }],
  }),
  embeddings('cohere.embed-multilingual-v3', {
    contextTokens: 512, takes: [], dimensions: 1_024,
    prices: [{ scopes: ['region'], regions: VIRGINIA, usd: { input: '0.1', output: '0' } }],
  }),
];
