import { bedrockModel } from '../core/config/bedrock-model.ts';
import { type ModelRow, SCOPES, type Scope } from './row.ts';

/** What an id of Bedrock says: which foundation model, and where a call of it may run. */
export interface BedrockId {
  readonly model: string;
  /** Undefined: a profile of a kind that no price is known for. */
  readonly scope: Scope | undefined;
}

/** Undefined where an ARN hides the model, as that of an application's profile does. */
export function bedrockId(id: string): BedrockId | undefined {
  const read = bedrockModel(id);
  if (read === undefined) return undefined;
  const { model, geography } = read;
  return { model, scope: geography === undefined ? 'region' : SCOPES.find((scope) => scope === geography) };
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
