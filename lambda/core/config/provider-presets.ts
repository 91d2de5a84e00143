/** What the config must know of a server that has a preset. */
export interface ProviderPreset {
  /** Base of its API with its version; undefined where each customer has its own. */
  readonly baseUrl: string | undefined;
  readonly needsKey: boolean;
}

/**
 * Servers that speak the OpenAI format and are known by name. Addresses are those of their own documentation; those of
 * self-hosted servers are where they listen unless told otherwise.
 */
export const PROVIDER_PRESETS = {
  vllm: { baseUrl: 'http://127.0.0.1:8000/v1', needsKey: false },
  ollama: { baseUrl: 'http://127.0.0.1:11434/v1', needsKey: false },
  'llama.cpp': { baseUrl: 'http://127.0.0.1:8080/v1', needsKey: false },
  azure: { baseUrl: undefined, needsKey: true },
  openrouter: { baseUrl: 'https://openrouter.ai/api/v1', needsKey: true },
  groq: { baseUrl: 'https://api.groq.com/openai/v1', needsKey: true },
  mistral: { baseUrl: 'https://api.mistral.ai/v1', needsKey: true },
  deepseek: { baseUrl: 'https://api.deepseek.com', needsKey: true },
  gemini: { baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai', needsKey: true },
} as const satisfies Readonly<Record<string, ProviderPreset>>;

export type PresetName = keyof typeof PROVIDER_PRESETS;

// The keys of a constant are its names; TypeScript types them as any text.
export const PRESET_NAMES = Object.keys(PROVIDER_PRESETS) as readonly PresetName[] as readonly [
  PresetName,
  ...PresetName[],
];
