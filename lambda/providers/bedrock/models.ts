/**
 * What an id of Bedrock tells of its model. An id is a foundation model's (`anthropic.claude-...`), an inference
 * profile's, with a geography before it (`eu.anthropic.claude-...`), or an ARN of either. The ARN of an application's
 * profile, of provisioned throughput or of an own model hides which model it is.
 */

/** A geography before a vendor's name: `us.`, `us-gov.`, `apac.`, `global.`. */
const GEOGRAPHY = /^(?:[a-z]{2}(?:-gov)?|apac|global)\.(?=[a-z0-9-]+\.)/;

/** The foundation model's id; undefined where an ARN hides it. */
export function foundationModel(model: string): string | undefined {
  if (!model.startsWith('arn:')) return model.replace(GEOGRAPHY, '');
  const shown = /:(?:foundation-model|inference-profile)\/(.+)$/.exec(model)?.[1];
  return shown?.replace(GEOGRAPHY, '');
}

/** Whether the model speaks the Messages format by itself. */
export function isClaude(model: string): boolean {
  return foundationModel(model)?.startsWith('anthropic.claude') === true;
}

export function isTitanEmbeddings(model: string): boolean {
  return foundationModel(model)?.startsWith('amazon.titan-embed-text') === true;
}

export function isCohereEmbeddings(model: string): boolean {
  return foundationModel(model)?.startsWith('cohere.embed-') === true;
}

/** Whether the model embeds, in one way or another: then it does not chat. */
export function isEmbeddings(model: string): boolean {
  return /\.(?:titan-embed|embed-|.*embeddings?(?:-|$))/.test(foundationModel(model) ?? '');
}
