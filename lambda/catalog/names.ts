import { type ModelRow, SCOPES, type Scope } from './row.ts';

/** What an id of Bedrock says: which foundation model, and where a call of it may run. */
export interface BedrockId {
  readonly model: string;
  /** Undefined: a profile of a kind that no price is known for. */
  readonly scope: Scope | undefined;
}

/**
 * Reads an id of Bedrock: a foundation model's (`anthropic.claude-opus-5`), a profile's, with a geography before it
 * (`eu.anthropic.claude-opus-5`), or the ARN of either. Source: Bedrock user guide, "Supported Regions and models for
 * inference profiles". Undefined where the ARN hides the model, as that of an application's profile does.
 */
export function bedrockId(id: string): BedrockId | undefined {
  const shown = id.startsWith('arn:') ? /:(?:foundation-model|inference-profile)\/(.+)$/.exec(id)?.[1] : id;
  if (shown === undefined) return undefined;
  const geography = /^([a-z]{2}(?:-gov)?|apac|global)\.(?=[a-z0-9-]+\.)/.exec(shown)?.[1];
  if (geography === undefined) return { model: shown, scope: 'region' };
  const model = shown.slice(geography.length + 1);
  return { model, scope: SCOPES.find((scope) => scope === geography) };
}

/**
 * Whether a server's name of a model belongs to a family of open weights: `llama3.3:70b` and
 * `meta-llama/Llama-3.3-70B-Instruct` to `llama3.3` and `llama-3.3`, but `qwen3.5` not to `qwen3`.
 */
export function isFamily(row: ModelRow, name: string): boolean {
  const plain = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  return [row.model, ...row.aliases].some(
    (family) => plain.startsWith(family) && !/^[\d.]/.test(plain.slice(family.length)),
  );
}

/** Whether it is an endpoint of OpenAI that keeps data in a region, which costs more with newer models. */
export function isRegionalOpenai(baseUrl: string | undefined): boolean {
  return baseUrl !== undefined && /^https:\/\/[a-z]{2,}\.api\.openai\.com(?:[:/]|$)/i.test(baseUrl);
}
