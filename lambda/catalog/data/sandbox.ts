import type { ModelRow } from '../row.ts';

/** Dear on purpose: a budget of one cent is spent after two or three answers, so that refusals can be tried out. */
function sandbox(model: string): ModelRow {
  return {
    provider: 'sandbox',
    kind: 'chat',
    model,
    aliases: [],
    contextTokens: 128_000,
    maxOutputTokens: 4_096,
    takes: ['image'],
    tools: true,
    imageTokens: 1_000,
    prices: [{ from: '2026-11-24', usd: { input: '10', output: '60' } }],
    source: 'lambda/catalog/data/sandbox.ts',
    checked: '2026-11-24',
  };
}

export const SANDBOX: readonly ModelRow[] = [sandbox('sandbox'), sandbox('sandbox-*')];
