import type { ModelRow } from '../row.ts';

/**
 * Claude on Bedrock. From the 4.5 models on the price depends on where a call may run: global profiles at Anthropic's own
 * rates, a Region's own id and geographic profiles at 10 % above. Two independent catalogues agree on every profile here,
 * but for claude-fable-5-2, which is newer than one of them. On the id without a prefix one of them forgets the 10 %,
 * which Anthropic's page states for regional endpoints. GovCloud, on which they disagree, has no price.
 */
type Facts = Omit<ModelRow, 'provider' | 'kind' | 'model' | 'aliases' | 'source' | 'checked'>;

function claude(model: string, facts: Facts): ModelRow {
  return {
    provider: 'bedrock',
    kind: 'chat',
    model,
    aliases: [],
    source: 'https://platform.claude.com/docs/en/about-claude/pricing',
    checked: '2026-11-24',
    ...facts,
  };
}

export const BEDROCK_CLAUDE: readonly ModelRow[] = [
  claude('anthropic.claude-fable-5-2', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: false, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '8', cacheRead: '0.2', cacheWrite: '10', cacheWriteLong: '16', output: '40' },
      },
      {
        scopes: ['region', 'us', 'eu'],
        usd: { input: '8.8', cacheRead: '0.22', cacheWrite: '11', cacheWriteLong: '17.6', output: '44' },
      },
    ],
  }),
  claude('anthropic.claude-fable-5-1', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: false, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '10', cacheRead: '0.25', cacheWrite: '12.5', cacheWriteLong: '20', output: '50' },
      },
      {
        scopes: ['region', 'us'],
        usd: { input: '11', cacheRead: '0.275', cacheWrite: '13.75', cacheWriteLong: '22', output: '55' },
      },
    ],
  }),
  claude('anthropic.claude-fable-5', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: false, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '10', cacheRead: '1', cacheWrite: '12.5', cacheWriteLong: '20', output: '50' },
      },
      {
        scopes: ['region', 'us', 'eu', 'au'],
        usd: { input: '11', cacheRead: '1.1', cacheWrite: '13.75', cacheWriteLong: '22', output: '55' },
      },
    ],
  }),
  claude('anthropic.claude-opus-5-5', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: false, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '4', cacheRead: '0.2', cacheWrite: '5', cacheWriteLong: '8', output: '20' },
      },
      {
        scopes: ['region', 'us', 'eu', 'au', 'jp'],
        usd: { input: '4.4', cacheRead: '0.22', cacheWrite: '5.5', cacheWriteLong: '8.8', output: '22' },
      },
    ],
  }),
  claude('anthropic.claude-sonnet-5-5', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: false, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '2', cacheRead: '0.1', cacheWrite: '2.5', cacheWriteLong: '4', output: '10' },
      },
      {
        scopes: ['region', 'us', 'eu', 'au', 'jp', 'apac'],
        usd: { input: '2.2', cacheRead: '0.11', cacheWrite: '2.75', cacheWriteLong: '4.4', output: '11' },
      },
    ],
  }),
  claude('anthropic.claude-haiku-5-5', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: false, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '0.1', cacheRead: '0.01', cacheWrite: '0.125', cacheWriteLong: '0.2', output: '0.5' },
        long: {
          above: 100_000,
          usd: { input: '0.5', cacheRead: '0.05', cacheWrite: '0.625', cacheWriteLong: '1', output: '2.5' },
        },
      },
      {
        scopes: ['region', 'us', 'eu', 'au', 'jp', 'apac'],
        usd: { input: '0.11', cacheRead: '0.011', cacheWrite: '0.1375', cacheWriteLong: '0.22', output: '0.55' },
        long: {
          above: 100_000,
          usd: { input: '0.55', cacheRead: '0.055', cacheWrite: '0.6875', cacheWriteLong: '1.1', output: '2.75' },
        },
      },
    ],
  }),
  claude('anthropic.claude-opus-5', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: false, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '5', cacheRead: '0.5', cacheWrite: '6.25', cacheWriteLong: '10', output: '25' },
      },
      {
        scopes: ['region', 'us', 'eu', 'au', 'jp'],
        usd: { input: '5.5', cacheRead: '0.55', cacheWrite: '6.875', cacheWriteLong: '11', output: '27.5' },
      },
    ],
  }),
  claude('anthropic.claude-sonnet-5', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: false, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '2', cacheRead: '0.2', cacheWrite: '2.5', cacheWriteLong: '4', output: '10' },
      },
      {
        scopes: ['region', 'us', 'eu', 'au', 'jp', 'apac'],
        usd: { input: '2.2', cacheRead: '0.22', cacheWrite: '2.75', cacheWriteLong: '4.4', output: '11' },
      },
    ],
  }),
  claude('anthropic.claude-opus-4-8', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: false, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '5', cacheRead: '0.5', cacheWrite: '6.25', cacheWriteLong: '10', output: '25' },
      },
      {
        scopes: ['region', 'us', 'eu', 'au', 'jp'],
        usd: { input: '5.5', cacheRead: '0.55', cacheWrite: '6.875', cacheWriteLong: '11', output: '27.5' },
      },
    ],
  }),
  claude('anthropic.claude-opus-4-7', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: false, thinking: 'adaptive', sampling: 'none', hiddenReasoning: true,
    imageTokens: 4_900,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '5', cacheRead: '0.5', cacheWrite: '6.25', cacheWriteLong: '10', output: '25' },
      },
      {
        scopes: ['region', 'us', 'eu', 'au', 'jp', 'apac'],
        usd: { input: '5.5', cacheRead: '0.55', cacheWrite: '6.875', cacheWriteLong: '11', output: '27.5' },
      },
    ],
  }),
  claude('anthropic.claude-opus-4-6-v1', {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'one', hiddenReasoning: true,
    imageTokens: 1_700,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '5', cacheRead: '0.5', cacheWrite: '6.25', cacheWriteLong: '10', output: '25' },
      },
      {
        scopes: ['region', 'us', 'eu', 'au'],
        usd: { input: '5.5', cacheRead: '0.55', cacheWrite: '6.875', cacheWriteLong: '11', output: '27.5' },
      },
    ],
  }),
  claude('anthropic.claude-sonnet-4-6', {
    contextTokens: 1_000_000, maxOutputTokens: 64_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'one', hiddenReasoning: true,
    imageTokens: 1_700,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '3', cacheRead: '0.3', cacheWrite: '3.75', cacheWriteLong: '6', output: '15' },
      },
      {
        scopes: ['region', 'us', 'eu', 'au', 'jp', 'apac'],
        usd: { input: '3.3', cacheRead: '0.33', cacheWrite: '4.125', cacheWriteLong: '6.6', output: '16.5' },
      },
    ],
  }),
  claude('anthropic.claude-opus-4-5-20251101-v1:0', {
    contextTokens: 200_000, maxOutputTokens: 64_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'budget', sampling: 'one', hiddenReasoning: true, imageTokens: 1_700,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '5', cacheRead: '0.5', cacheWrite: '6.25', cacheWriteLong: '10', output: '25' },
      },
      {
        scopes: ['region', 'us', 'eu'],
        usd: { input: '5.5', cacheRead: '0.55', cacheWrite: '6.875', cacheWriteLong: '11', output: '27.5' },
      },
    ],
  }),
  claude('anthropic.claude-sonnet-4-5-20250929-v1:0', {
    contextTokens: 200_000, maxOutputTokens: 64_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'budget', sampling: 'one', hiddenReasoning: true, imageTokens: 1_700,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '3', cacheRead: '0.3', cacheWrite: '3.75', cacheWriteLong: '6', output: '15' },
        long: {
          above: 200_000,
          usd: { input: '6', cacheRead: '0.6', cacheWrite: '7.5', cacheWriteLong: '12', output: '22.5' },
        },
      },
      {
        scopes: ['region', 'us', 'eu', 'au', 'jp'],
        usd: { input: '3.3', cacheRead: '0.33', cacheWrite: '4.125', cacheWriteLong: '6.6', output: '16.5' },
        long: {
          above: 200_000,
          usd: { input: '6.6', cacheRead: '0.66', cacheWrite: '8.25', cacheWriteLong: '13.2', output: '24.75' },
        },
      },
    ],
  }),
  claude('anthropic.claude-haiku-4-5-20251001-v1:0', {
    contextTokens: 200_000, maxOutputTokens: 64_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'budget', sampling: 'one', hiddenReasoning: true, imageTokens: 1_700,
    prices: [
      {
        scopes: ['global'],
        usd: { input: '1', cacheRead: '0.1', cacheWrite: '1.25', cacheWriteLong: '2', output: '5' },
      },
      {
        scopes: ['region', 'us', 'eu', 'au', 'jp'],
        usd: { input: '1.1', cacheRead: '0.11', cacheWrite: '1.375', cacheWriteLong: '2.2', output: '5.5' },
      },
    ],
  }),
  claude('anthropic.claude-opus-4-1-20250805-v1:0', {
    contextTokens: 200_000, maxOutputTokens: 32_000, takes: ['image', 'pdf'], tools: true,
    thinking: 'budget', sampling: 'one', hiddenReasoning: true, imageTokens: 1_700,
    prices: [
      {
        scopes: ['region', 'us', 'eu'],
        usd: { input: '15', cacheRead: '1.5', cacheWrite: '18.75', output: '75' },
      },
    ],
  }),
  claude('anthropic.claude-sonnet-4-20250514-v1:0', {
    contextTokens: 200_000, maxOutputTokens: 64_000, takes: ['image', 'pdf'], tools: true,
    thinking: 'budget', sampling: 'both', hiddenReasoning: true, imageTokens: 1_700,
    prices: [
      {
        scopes: ['global', 'region', 'us', 'eu', 'apac'],
        usd: { input: '3', cacheRead: '0.3', cacheWrite: '3.75', output: '15' },
        long: { above: 200_000, usd: { input: '6', cacheRead: '0.6', cacheWrite: '7.5', output: '22.5' } },
      },
    ],
  }),
  claude('anthropic.claude-3-7-sonnet-20250219-v1:0', {
    contextTokens: 200_000, maxOutputTokens: 8_192, takes: ['image', 'pdf'], tools: true,
    thinking: 'budget', sampling: 'both', imageTokens: 1_700,
    prices: [
      {
        scopes: ['region', 'us', 'eu'],
        usd: { input: '3', cacheRead: '0.3', cacheWrite: '3.75', output: '15' },
      },
    ],
  }),
];
