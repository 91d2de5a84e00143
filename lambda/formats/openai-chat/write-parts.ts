import { createHash } from 'node:crypto';
import type { Block, CacheMark, MediaBlock } from '../../core/chat/conversation.ts';
import type { Feature } from '../../core/chat/features.ts';
import { jsonArray, jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import type { ChatQuirks } from './quirks.ts';

/** What a writer of messages knows: how the server differs, what it takes, and for whom the request is. */
export interface WriteContext {
  readonly quirks: ChatQuirks;
  readonly takes: (feature: Feature) => boolean;
  /** The server's name of the model. */
  readonly model: string;
  /** `provider/model`: reasoning that another target signed stays behind. */
  readonly target: string;
  /** A further target after a failed one. */
  readonly fallback: boolean;
}

/** Formats of audio that `input_audio` knows, by media type. */
const AUDIO: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
};

export function audioFormat(mediaType: string): string | undefined {
  return AUDIO[mediaType.toLowerCase()];
}

/** Content as JSON: the text itself where it is one plain text, else a list of parts. Empty texts are left out. */
export function contentOf(blocks: readonly Block[], context: WriteContext, mark?: CacheMark): string {
  const parts = blocks.flatMap((block, index) =>
    partsOf(block, context, index === blocks.length - 1 ? mark : undefined),
  );
  const [only] = parts;
  if (only === undefined) return '""';
  if (parts.length === 1 && only.plain !== undefined) return only.plain;
  if (context.quirks.joinsTexts && parts.every(({ plain }) => plain !== undefined)) {
    return jsonString(blocks.flatMap(textOf).join('\n\n'));
  }
  return jsonArray(parts.map(({ json }) => json));
}

/** The text that a block becomes, where it becomes one alone. */
function textOf(block: Block): readonly string[] {
  if (block.kind === 'document') return documentTexts(block);
  return (block.kind === 'text' || block.kind === 'refusal') && block.text !== '' ? [block.text] : [];
}

interface Part {
  readonly json: string;
  /** The text alone as JSON, where the part is nothing but a text. */
  readonly plain?: string;
}

function partsOf(block: Block, context: WriteContext, mark: CacheMark | undefined): readonly Part[] {
  switch (block.kind) {
    case 'text':
      return textPart(block.text, context, block.cache ?? mark);
    case 'image':
      return imagePart(block, context, block.cache ?? mark);
    case 'document':
      return documentParts(block, context, block.cache ?? mark);
    case 'audio':
      return audioPart(block, context, block.cache ?? mark);
    case 'refusal':
      return textPart(block.text, context, undefined);
    case 'opaque':
      return block.format === 'openai-chat' ? [{ json: block.json }] : [];
    default:
      return [];
  }
}

function textPart(text: string, context: WriteContext, mark: CacheMark | undefined): readonly Part[] {
  if (text === '') return [];
  const cache = cacheMember(mark, context);
  const plain = jsonString(text);
  const json = jsonObject({ type: '"text"', text: plain, ...cache });
  return [cache === undefined ? { json, plain } : { json }];
}

function imagePart(block: MediaBlock, context: WriteContext, mark: CacheMark | undefined): readonly Part[] {
  const { source } = block;
  if (!context.takes('images') || source.type === 'file' || source.type === 'text') return [];
  if (source.type === 'url' && !context.takes('image_urls')) return [];
  const url = source.type === 'url' ? source.url : dataUrl(source.mediaType, source.data);
  const detail = context.takes('image_detail') ? jsonValue(block.detail) : undefined;
  const image = jsonObject({ url: jsonString(url), detail });
  return [{ json: jsonObject({ type: '"image_url"', image_url: image, ...cacheMember(mark, context) }) }];
}

function documentParts(
  block: MediaBlock,
  context: WriteContext,
  mark: CacheMark | undefined,
): readonly Part[] {
  const { source } = block;
  if (source.type === 'file') return [];
  if (source.type === 'text') {
    const texts = documentTexts(block);
    return texts.flatMap((text, index) =>
      textPart(text, context, index === texts.length - 1 ? mark : undefined),
    );
  }
  if (!context.takes('documents')) return [];
  if (source.type === 'url' && !context.takes('document_urls')) return [];
  const about = block.context === undefined ? [] : textPart(block.context, context, undefined);
  const data = source.type === 'url' ? source.url : dataUrl(source.mediaType, source.data);
  const file = jsonObject({ filename: jsonString(fileName(block.title, data)), file_data: jsonString(data) });
  return [...about, { json: jsonObject({ type: '"file"', file, ...cacheMember(mark, context) }) }];
}

/** What a document of plain text says: what it is about, and its title and text. */
function documentTexts({ source, title, context }: MediaBlock): readonly string[] {
  if (source.type !== 'text') return [];
  const text = title === undefined ? source.text : `${title}\n\n${source.text}`;
  return [context ?? '', text].filter((each) => each !== '');
}

/** A file's kind is told by the ending of its name, which a title need not have. */
function fileName(title: string | undefined, data: string): string {
  if (title === undefined || title === '') return nameOf(data);
  return /\.\w{1,5}$/.test(title) ? title : `${title}.pdf`;
}

/** A file needs a name; one from its content is the same on every turn. */
function nameOf(data: string): string {
  return `document-${createHash('sha256').update(data).digest('hex').slice(0, 8)}.pdf`;
}

function audioPart(block: MediaBlock, context: WriteContext, mark: CacheMark | undefined): readonly Part[] {
  const { source } = block;
  if (!context.takes('audio_input') || source.type !== 'base64') return [];
  const format = audioFormat(source.mediaType);
  if (format === undefined) return [];
  const audio = jsonObject({ data: jsonString(source.data), format: jsonString(format) });
  return [{ json: jsonObject({ type: '"input_audio"', input_audio: audio, ...cacheMember(mark, context) }) }];
}

function dataUrl(mediaType: string, data: string): string {
  return `data:${mediaType};base64,${data}`;
}

/**
 * A cache mark in the server's own words, with the shortest lifetime that is no shorter than the one asked for; the
 * default of 30 minutes (OpenAI) or 5 (Anthropic, through OpenRouter) needs no word.
 */
function cacheMember(
  mark: CacheMark | undefined,
  { quirks, model }: WriteContext,
): Readonly<Record<string, string>> | undefined {
  const { cache } = quirks;
  if (mark === undefined || cache === undefined || !cache.models.test(model)) return undefined;
  const long = mark.ttl === '1h' || mark.ttl === '12h';
  if (cache.style === 'breakpoint') {
    const ttl = long ? '"12h"' : undefined;
    return { prompt_cache_breakpoint: jsonObject({ mode: '"explicit"', ttl }) };
  }
  const ttl = long || mark.ttl === '30m' ? '"1h"' : undefined;
  return { cache_control: jsonObject({ type: '"ephemeral"', ttl }) };
}
