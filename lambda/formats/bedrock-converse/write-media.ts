import { createHash } from 'node:crypto';
import type { MediaBlock } from '../../core/chat/conversation.ts';
import { TollgateError } from '../../core/errors.ts';
import { jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';

/** Formats by media type. Source: AWS, Bedrock API reference, "ImageBlock", "DocumentBlock", "AudioBlock", "VideoBlock". */
const FORMATS: Readonly<Record<MediaBlock['kind'], Readonly<Record<string, string>>>> = {
  image: {
    'image/png': 'png',
    'image/jpeg': 'jpeg',
    'image/jpg': 'jpeg',
    'image/gif': 'gif',
    'image/webp': 'webp',
  },
  document: {
    'application/pdf': 'pdf',
    'text/csv': 'csv',
    'application/msword': 'doc',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'application/vnd.ms-excel': 'xls',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
    'text/html': 'html',
    'text/plain': 'txt',
    'text/markdown': 'md',
  },
  audio: {
    'audio/wav': 'wav',
    'audio/x-wav': 'wav',
    'audio/mpeg': 'mp3',
    'audio/mp3': 'mp3',
    'audio/mp4': 'mp4',
    'audio/m4a': 'm4a',
    'audio/aac': 'aac',
    'audio/flac': 'flac',
    'audio/ogg': 'ogg',
    'audio/opus': 'opus',
    'audio/webm': 'webm',
    'audio/pcm': 'pcm',
  },
  video: {
    'video/mp4': 'mp4',
    'video/quicktime': 'mov',
    'video/x-matroska': 'mkv',
    'video/webm': 'webm',
    'video/x-flv': 'flv',
    'video/mpeg': 'mpeg',
    'video/x-ms-wmv': 'wmv',
    'video/3gpp': 'three_gp',
  },
};

/** Characters of a hash in a document's name: enough to tell the documents of a conversation apart. */
const NAME_CHARACTERS = 8;

/** The format of a medium that Converse takes; undefined where it takes none of this type. */
export function formatOf({ kind, source }: MediaBlock): string | undefined {
  if (source.type === 'text') return kind === 'document' ? 'txt' : undefined;
  if (source.type !== 'base64') return undefined;
  return FORMATS[kind][source.mediaType.toLowerCase().split(';')[0]?.trim() ?? ''];
}

/**
 * Names documents by their content, so that a document has the same name in every turn. Converse refuses a name twice,
 * so the second document of one content gets a number that only earlier turns decide.
 */
export class DocumentNames {
  readonly #given = new Map<string, number>();

  name(content: string): string {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, NAME_CHARACTERS);
    const before = this.#given.get(hash) ?? 0;
    this.#given.set(hash, before + 1);
    return before === 0 ? `doc-${hash}` : `doc-${hash}-${before + 1}`;
  }
}

/** A medium as a content block; an error where it cannot be sent inline. */
export function mediaBlock(block: MediaBlock, names: DocumentNames): string | TollgateError {
  const format = formatOf(block);
  const { kind, source } = block;
  if (format === undefined || (source.type !== 'base64' && source.type !== 'text')) return refused(block);
  if (kind !== 'document' || source.type === 'text') {
    if (source.type === 'base64') {
      return jsonObject({ [kind]: jsonObject({ format: jsonString(format), source: bytes(source.data) }) });
    }
  }
  const content = source.type === 'text' ? source.text : source.data;
  return jsonObject({
    document: jsonObject({
      format: jsonString(format),
      name: jsonString(names.name(content)),
      source: source.type === 'text' ? jsonObject({ text: jsonString(source.text) }) : bytes(source.data),
      context: jsonValue(block.context),
      citations: block.citations === true ? '{"enabled":true}' : undefined,
    }),
  });
}

function bytes(base64: string): string {
  return jsonObject({ bytes: jsonString(base64) });
}

function refused({ kind, source }: MediaBlock): TollgateError {
  const found =
    source.type === 'base64' ? `the media type "${source.mediaType.slice(0, 80)}"` : `a ${source.type}`;
  const known = [...new Set(Object.values(FORMATS[kind]))].join(', ');
  return new TollgateError(
    'invalid_request',
    `Bedrock takes ${kind} content in base64 as ${known}, and the request has ${found}. Convert it, or ask another model`,
    { param: 'messages' },
  );
}
