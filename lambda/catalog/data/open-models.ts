import type { ModelRow } from '../row.ts';

/**
 * Models with open weights, by family, under the names that Ollama (`llama3.3:70b`) and vLLM (the repository,
 * `meta-llama/Llama-3.3-70B-Instruct`) give them. Who serves one decides what it costs and how much of its context is
 * served, so none has a price, the context is the most that the weights allow, and there is no output limit beside it.
 */
type Facts = Omit<
  ModelRow,
  'provider' | 'kind' | 'model' | 'aliases' | 'takes' | 'sampling' | 'prices' | 'source' | 'checked'
>;

function family(
  model: string,
  aliases: readonly string[],
  takes: ModelRow['takes'],
  repository: string,
  facts: Facts,
): ModelRow {
  return {
    provider: 'openai-compatible',
    kind: 'chat',
    model,
    aliases,
    takes,
    sampling: 'both',
    prices: [],
    source: `https://huggingface.co/${repository}`,
    checked: '2026-11-24',
    ...facts,
  };
}

export const OPEN_MODELS: readonly ModelRow[] = [
  family('llama4', ['llama-4'], ['image'], 'meta-llama/Llama-4-Scout-17B-16E-Instruct', {
    contextTokens: 10_485_760, tools: true, thinking: 'none',
  }),
  family('llama3.3', ['llama-3.3'], [], 'meta-llama/Llama-3.3-70B-Instruct', {
    contextTokens: 131_072, tools: true, thinking: 'none',
  }),
  family('llama3.2', ['llama-3.2'], [], 'meta-llama/Llama-3.2-3B-Instruct', {
    contextTokens: 131_072, tools: true, thinking: 'none',
  }),
  family('llama3.1', ['llama-3.1', 'meta-llama-3.1'], [], 'meta-llama/Llama-3.1-8B-Instruct', {
    contextTokens: 131_072, tools: true, thinking: 'none',
  }),
  family('gpt-oss', [], [], 'openai/gpt-oss-120b', {
    contextTokens: 131_072, tools: true, thinking: 'effort',
  }),
  family('qwen3', [], [], 'Qwen/Qwen3-235B-A22B-Instruct-2507', {
    contextTokens: 262_144, tools: true,
  }),
  family('qwen2.5', [], [], 'Qwen/Qwen2.5-72B-Instruct', {
    contextTokens: 131_072, tools: true, thinking: 'none',
  }),
  family('deepseek-r1', [], [], 'deepseek-ai/DeepSeek-R1', { contextTokens: 163_840 }),
  family('deepseek-v3', [], [], 'deepseek-ai/DeepSeek-V3', {
    contextTokens: 163_840, tools: true, thinking: 'none',
  }),
  family('mistral-small3.2', ['mistral-small-3.2'], ['image'], 'mistralai/Mistral-Small-3.2-24B-Instruct-2506', {
    contextTokens: 131_072, tools: true, thinking: 'none',
  }),
  family('gemma3', ['gemma-3'], ['image'], 'google/gemma-3-27b-it', {
    contextTokens: 131_072, thinking: 'none',
  }),
  family('phi4', ['phi-4'], [], 'microsoft/phi-4', { contextTokens: 16_384, thinking: 'none' }),
];
