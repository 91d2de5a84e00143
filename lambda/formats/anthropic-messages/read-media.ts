import type { MediaBlock, MediaSource, TextBlock } from '../../core/chat/conversation.ts';
import type { JsonObject, RequestReader } from './request-reader.ts';

/** An image; undefined where its source is of a kind that no other format has. */
export function readImage(reader: RequestReader, block: JsonObject): MediaBlock | undefined {
  const where = reader.tape.pathOf(block.token);
  const source = readSource(reader, block, 'image');
  if (source === undefined || source.type === 'text') return undefined;
  reader.askOnce('images', where);
  if (source.type === 'url') reader.askOnce('image_urls', where);
  if (source.type === 'file') reader.askOnce('files', where);
  return { kind: 'image', source };
}

/** A document; undefined where its source is of a kind that no other format has, such as blocks with images. */
export function readDocument(reader: RequestReader, block: JsonObject): MediaBlock | undefined {
  const where = reader.tape.pathOf(block.token);
  const source = readSource(reader, block, 'document');
  if (source === undefined) return undefined;
  // What is plain text needs no place for documents: it is text wherever there is none.
  if (source.type !== 'text') reader.askOnce('documents', where);
  if (source.type === 'url') reader.askOnce('document_urls', where);
  if (source.type === 'file') reader.askOnce('files', where);
  const title = block.text('title');
  const context = block.text('context');
  const citations = block.child('citations', 'an object such as {"enabled": true}')?.flag('enabled');
  if (citations === true) reader.askOnce('citations', block.param('citations'));
  return {
    kind: 'document',
    source,
    ...(title === undefined ? {} : { title }),
    ...(context === undefined ? {} : { context }),
    ...(citations === undefined ? {} : { citations }),
  };
}

/** What a caller's own search found. Its text, where it is from and what it is called are text to any other format. */
export function readSearchResult(reader: RequestReader, block: JsonObject): TextBlock {
  const texts = block.list('content', 'a list of text blocks').map((token) => {
    const part = reader.object(token, 'a text block');
    return part.needText('text', 'a string');
  });
  const citations = block.child('citations', 'an object such as {"enabled": true}')?.flag('enabled');
  if (citations === true) reader.askOnce('citations', block.param('citations'));
  const note = 'search_result blocks are sent as text';
  if (!reader.notes.includes(note)) reader.notes.push(note);
  const from = [block.needText('title', 'the title of the source'), block.needText('source', 'the source')];
  return { kind: 'text', text: [from.join('\n'), ...texts].join('\n\n') };
}

function readSource(reader: RequestReader, block: JsonObject, kind: string): MediaSource | undefined {
  const source = block.child('source', `the source of the ${kind}, an object with a type`);
  if (source === undefined) {
    reader.wrong(block.token, 'source', `the source of the ${kind}, an object with a type`);
    return undefined;
  }
  switch (source.needText('type', 'base64, url, file or text')) {
    case 'base64':
      return {
        type: 'base64',
        mediaType: source.needText('media_type', 'the media type, such as image/png'),
        data: source.needText('data', 'the bytes in base64'),
      };
    case 'url':
      return { type: 'url', url: source.needText('url', 'a URL') };
    case 'file':
      return { type: 'file', id: source.needText('file_id', 'the id of an uploaded file') };
    case 'text':
      return { type: 'text', text: source.needText('data', 'the text of the document') };
    case 'content':
      return contentSource(reader, source);
    default:
      return undefined;
  }
}

/** A document made of text blocks reads as their texts, a paragraph each. */
function contentSource(reader: RequestReader, source: JsonObject): MediaSource | undefined {
  const { tape } = reader;
  const content = source.get('content');
  if (content === undefined || tape.kind(content) === 'string')
    return { type: 'text', text: source.needText('content', 'a string or a list of text blocks') };
  const blocks = tape
    .elements(content)
    .map((token) => reader.object(token, 'a content block object with a type'));
  if (blocks.some((block) => block.text('type') !== 'text')) return undefined;
  return { type: 'text', text: blocks.map((block) => block.needText('text', 'a string')).join('\n\n') };
}
