import type { MessagesBody } from './types.ts';

export interface MediaCount {
  images: number;
  /** Bytes of inline images, which are no text. */
  imageBytes: number;
  /** Documents whose pages or files nothing in the body bounds; those of plain text are bounded by their text. */
  documents: number;
}

/**
 * Counts images and documents wherever they can stand: in messages, in tool results, in documents made of blocks, in
 * pages that a server tool fetched.
 */
export function countMedia(body: MessagesBody): MediaCount {
  const count: MediaCount = { images: 0, imageBytes: 0, documents: 0 };
  for (const { content } of body.messages) see(content, count);
  return count;
}

function see(value: unknown, count: MediaCount): void {
  if (Array.isArray(value)) {
    for (const element of value) see(element, count);
    return;
  }
  if (!isObject(value)) return;
  const { source } = value;
  if (value['type'] === 'image') {
    count.images += 1;
    if (isObject(source) && source['type'] === 'base64') count.imageBytes += lengthOf(source['data']);
  } else if (value['type'] === 'document') {
    const type = isObject(source) ? source['type'] : undefined;
    if (type === 'content') see(Reflect.get(Object(source), 'content'), count);
    else if (type !== 'text') count.documents += 1;
  } else see(value['content'], count);
}

/** Base64 is ASCII, so characters are bytes; where it was written with escapes it took more, and the bound is higher. */
function lengthOf(data: unknown): number {
  return typeof data === 'string' ? data.length : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
