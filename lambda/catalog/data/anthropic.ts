import type { ModelRow } from '../row.ts';

/**
 * Claude at Anthropic's own API, at the rates of the standard service tier and worldwide inference. Two independent
 * catalogues that cite Anthropic's page agree on every price, but for claude-fable-5-2, which is newer than one of them.
 * A cache for five minutes costs 1.25 times the input to write, one for an hour twice; what reading costs differs by model.
 *
 * Ways of thinking, sampling and instructions between turns are those of Anthropic's documentation: a budget up to the
 * 4.5 models, adaptive from 4.6 on; temperature or top_p up to 4.6, neither from 4.7 on. From Claude 4 on thinking is
 * shown as a summary at most. An image costs at most 1,600 tokens up to 4.6 and 4,784 after, a little frame not counted.
 */
type Facts = Omit<ModelRow, 'provider' | 'kind' | 'model' | 'aliases' | 'source' | 'checked'>;

function claude(model: string, aliases: readonly string[], facts: Facts): ModelRow {
  return {
    provider: 'anthropic',
    kind: 'chat',
    model,
    aliases,
    source: 'https://platform.claude.com/docs/en/about-claude/pricing',
    checked: '2026-11-24',
    ...facts,
  };
}

export const ANTHROPIC: readonly ModelRow[] = [
  claude('claude-fable-5-2', [], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [{ usd: { input: '8', cacheRead: '0.2', cacheWrite: '10', cacheWriteLong: '16', output: '40' } }],
  }),
  claude('claude-fable-5-1', [], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      { usd: { input: '10', cacheRead: '0.25', cacheWrite: '12.5', cacheWriteLong: '20', output: '50' } },
    ],
  }),
  claude('claude-fable-5', [], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      { usd: { input: '10', cacheRead: '1', cacheWrite: '12.5', cacheWriteLong: '20', output: '50' } },
    ],
  }),
  claude('claude-opus-5-5', [], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [{ usd: { input: '4', cacheRead: '0.2', cacheWrite: '5', cacheWriteLong: '8', output: '20' } }],
  }),
  claude('claude-sonnet-5-5', [], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [{ usd: { input: '2', cacheRead: '0.1', cacheWrite: '2.5', cacheWriteLong: '4', output: '10' } }],
  }),
  claude('claude-haiku-5-5', [], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      {
        usd: { input: '0.1', cacheRead: '0.01', cacheWrite: '0.125', cacheWriteLong: '0.2', output: '0.5' },
        long: {
          above: 100_000,
          usd: { input: '0.5', cacheRead: '0.05', cacheWrite: '0.625', cacheWriteLong: '1', output: '2.5' },
        },
      },
    ],
  }),
  claude('claude-opus-5', [], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      { usd: { input: '5', cacheRead: '0.5', cacheWrite: '6.25', cacheWriteLong: '10', output: '25' } },
    ],
  }),
  claude('claude-sonnet-5', [], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [{ usd: { input: '2', cacheRead: '0.2', cacheWrite: '2.5', cacheWriteLong: '4', output: '10' } }],
  }),
  claude('claude-opus-4-8', [], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'none', systemTurns: true,
    hiddenReasoning: true, imageTokens: 4_900,
    prices: [
      { usd: { input: '5', cacheRead: '0.5', cacheWrite: '6.25', cacheWriteLong: '10', output: '25' } },
    ],
  }),
  claude('claude-opus-4-7', ['claude-opus-4-7-20260416'], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'none', hiddenReasoning: true,
    imageTokens: 4_900,
    prices: [
      { usd: { input: '5', cacheRead: '0.5', cacheWrite: '6.25', cacheWriteLong: '10', output: '25' } },
    ],
  }),
  claude('claude-opus-4-6', ['claude-opus-4-6-20260205'], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'one', hiddenReasoning: true,
    imageTokens: 1_700,
    prices: [
      {
        from: '2026-03-13',
        usd: { input: '5', cacheRead: '0.5', cacheWrite: '6.25', cacheWriteLong: '10', output: '25' },
      },
    ],
  }),
  claude('claude-sonnet-4-6', [], {
    contextTokens: 1_000_000, maxOutputTokens: 128_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'adaptive', sampling: 'one', hiddenReasoning: true,
    imageTokens: 1_700,
    prices: [
      {
        from: '2026-03-13',
        usd: { input: '3', cacheRead: '0.3', cacheWrite: '3.75', cacheWriteLong: '6', output: '15' },
      },
    ],
  }),
  claude('claude-opus-4-5', ['claude-opus-4-5-20251101'], {
    contextTokens: 200_000, maxOutputTokens: 64_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'budget', sampling: 'one', hiddenReasoning: true, imageTokens: 1_700,
    prices: [
      {
        from: '2025-11-01',
        usd: { input: '5', cacheRead: '0.5', cacheWrite: '6.25', cacheWriteLong: '10', output: '25' },
      },
    ],
  }),
  claude('claude-sonnet-4-5', ['claude-sonnet-4-5-20250929'], {
    contextTokens: 200_000, maxOutputTokens: 64_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'budget', sampling: 'one', hiddenReasoning: true, imageTokens: 1_700,
    prices: [
      { usd: { input: '3', cacheRead: '0.3', cacheWrite: '3.75', cacheWriteLong: '6', output: '15' } },
    ],
  }),
  claude('claude-haiku-4-5', ['claude-haiku-4-5-20251001'], {
    contextTokens: 200_000, maxOutputTokens: 64_000, takes: ['image', 'pdf'], tools: true,
    structuredOutput: true, thinking: 'budget', sampling: 'one', hiddenReasoning: true, imageTokens: 1_700,
    prices: [
      {
        from: '2025-10-01',
        usd: { input: '1', cacheRead: '0.1', cacheWrite: '1.25', cacheWriteLong: '2', output: '5' },
      },
    ],
  }),
];
