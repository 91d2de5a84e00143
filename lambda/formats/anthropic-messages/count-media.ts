import type { MessagesBody } from './types.ts';

export interface MediaCount {
  images: number;
  /** Bytes of inline images, which are no text. */
  imageBytes: number;
  /** Documents whose pages or files nothing in the body bounds; those of plain text are bounded by their text. */
  documents: number;
  /** Whether an answer is to cite documents or search results. */
  cites: boolean;
  /** Bytes of plain text that is to be cited, sentence by sentence. */
  citedBytes: number;
  /** Names of tools whose definition is to stand where they are named, in their order. */
  readonly references: string[];
}

/**
 * Counts images, documents and what else costs more than its bytes, wherever it can stand: in messages, in tool results,
 * in documents made of blocks, in pages that a server tool fetched.
 */
export function countMedia(body: MessagesBody): MediaCount {
  const count: MediaCount = {
    images: 0,
    imageBytes: 0,
    documents: 0,
    cites: false,
    citedBytes: 0,
    references: [],
  };
  for (const { content } of body.messages) see(content, count);
  return count;
}

function see(value: unknown, count: MediaCount): void {
  if (Array.isArray(value)) {
    for (const element of value) see(element, count);
    return;
  }
  if (!isObject(value)) return;
  const { source, citations } = value;
  const cited = isObject(citations) && citations['enabled'] === true;
  count.cites ||= cited;
  switch (value['type']) {
    case 'image':
      count.images += 1;
      if (isObject(source) && source['type'] === 'base64') count.imageBytes += lengthOf(source['data']);
      return;
    case 'document':
      seeSource(isObject(source) ? source : {}, cited, count);
      return;
    case 'tool_reference':
      refer(value['tool_name'], count);
      return;
    case 'tool_addition':
      if (isObject(value['tool'])) refer(value['tool']['name'], count);
      return;
    default:
      see(value['content'], count);
      see(value['tool_references'], count);
  }
}

function seeSource(
  { type, data, content }: Readonly<Record<string, unknown>>,
  cited: boolean,
  count: MediaCount,
): void {
  if (type === 'text') count.citedBytes += cited ? lengthOf(data) : 0;
  else if (type !== 'content') count.documents += 1;
  else if (typeof content === 'string') count.citedBytes += cited ? content.length : 0;
  else see(content, count);
}

function refer(name: unknown, count: MediaCount): void {
  if (typeof name === 'string') count.references.push(name);
}

/**
 * Texts of the outline have a character for each byte. Where one was written with escapes it took more bytes, so what is
 * left out of a bound is too little, and what is added to one is the text itself.
 */
function lengthOf(data: unknown): number {
  return typeof data === 'string' ? data.length : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
