import { foundationModel } from '../../core/config/bedrock-model.ts';

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
