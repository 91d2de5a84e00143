/**
 * What an id of Bedrock tells of its model. An id is a foundation model's (`anthropic.claude-...`), an inference
 * profile's, with a geography before it (`eu.anthropic.claude-...`), or an ARN of either. The ARN of an application's
 * profile, of provisioned throughput or of an own model hides which model it is.
 */

/** A geography before a vendor's name: `us.`, `us-gov.`, `apac.`, `global.`. */
const GEOGRAPHY = /^([a-z]{2}(?:-gov)?|apac|global)\.(?=[a-z0-9-]+\.)/;

export interface BedrockModel {
  /** The foundation model's id. */
  readonly model: string;
  /** Where an inference profile routes; undefined for the foundation model itself. */
  readonly geography: string | undefined;
}

/** Undefined where an ARN hides the model. */
export function bedrockModel(id: string): BedrockModel | undefined {
  const shown = id.startsWith('arn:') ? /:(?:foundation-model|inference-profile)\/(.+)$/.exec(id)?.[1] : id;
  if (shown === undefined) return undefined;
  const geography = GEOGRAPHY.exec(shown)?.[1];
  return { model: geography === undefined ? shown : shown.slice(geography.length + 1), geography };
}

/** The foundation model's id; undefined where an ARN hides it. */
export function foundationModel(id: string): string | undefined {
  return bedrockModel(id)?.model;
}

/** Whether an id, no ARN, names an inference profile, which routes to several regions. */
export function isProfile(id: string): boolean {
  return GEOGRAPHY.test(id);
}
