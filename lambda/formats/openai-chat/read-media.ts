import type { MediaBlock, MediaSource } from '../../core/chat/conversation.ts';
import type { Fields, RequestNode } from './read-node.ts';
import { marked, type Reading } from './reading.ts';

const KNOWN_OF_IMAGE = new Set(['url', 'detail']);
const KNOWN_OF_FILE = new Set(['file_data', 'file_id', 'filename']);
const KNOWN_OF_AUDIO = new Set(['data', 'format']);

const IMAGE_URL = 'an object with a url, which is an https: URL or a base64 data: URL';

/** `{type: "image_url", image_url: {url, detail?}}`; some clients give the URL alone. */
export function readImage(part: RequestNode, fields: Fields, reading: Reading): MediaBlock {
  const image = fields.get('image_url');
  if (image === undefined) throw part.missing('image_url', IMAGE_URL);
  const inner = image.kind === 'string' ? undefined : image.fields(IMAGE_URL);
  const url = inner === undefined ? image : inner.get('url');
  if (url === undefined) throw image.missing('url', 'an https: URL or a base64 data: URL');
  if (inner !== undefined) reading.askUnknown(inner, KNOWN_OF_IMAGE);
  const source = typed(sourceOf(url, 'image/png'));
  reading.ask('images', part);
  if (source.type === 'url') reading.ask('image_urls', url);
  const detail = inner?.get('detail');
  const chosen = detail?.text();
  if (detail !== undefined && chosen !== 'auto') reading.ask('image_detail', detail);
  return {
    kind: 'image',
    source,
    ...(chosen === undefined ? {} : { detail: chosen }),
    ...marked(reading.cacheMark(fields)),
  };
}

/** How the formats of images begin, in base64. */
const IMAGE_HEADS: readonly (readonly [RegExp, string])[] = [
  [/^iVBORw0KGgo/, 'image/png'],
  [/^\/9j\//, 'image/jpeg'],
  [/^R0lGOD/, 'image/gif'],
  [/^UklGR.{6}XRUJQ/, 'image/webp'],
];

/** Providers check the type against the bytes, and clients often guess it, so the bytes decide where they tell. */
function typed(source: MediaSource): MediaSource {
  if (source.type !== 'base64') return source;
  const seen = IMAGE_HEADS.find(([head]) => head.test(source.data.slice(0, 32)))?.[1];
  const named = source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType;
  return { ...source, mediaType: seen ?? named };
}

const FILE = 'an object with file_data or file_id';
const FILE_TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** `{type: "file", file: {file_data | file_id, filename?}}`. `file_data` is a data: URL, or base64 alone. */
export function readFile(part: RequestNode, fields: Fields, reading: Reading): MediaBlock {
  const file = fields.get('file');
  if (file === undefined) throw part.missing('file', FILE);
  const inner = file.fields(FILE);
  reading.askUnknown(inner, KNOWN_OF_FILE);
  const name = inner.get('filename')?.text();
  const data = inner.get('file_data');
  const id = inner.get('file_id');
  if (data === undefined && id === undefined) throw file.wrong(FILE);
  const source: MediaSource =
    data === undefined ? { type: 'file', id: id?.text() ?? '' } : documentSource(data, name);
  reading.ask('documents', part);
  if (source.type === 'file') reading.ask('files', id ?? file);
  if (source.type === 'url') reading.ask('document_urls', data ?? file);
  return {
    kind: 'document',
    source,
    ...(name === undefined ? {} : { title: name }),
    ...marked(reading.cacheMark(fields)),
  };
}

function documentSource(data: RequestNode, name: string | undefined): MediaSource {
  const extension = name?.slice(name.lastIndexOf('.') + 1).toLowerCase() ?? 'pdf';
  const source = sourceOf(data, FILE_TYPES[extension] ?? 'application/pdf');
  // Plain text has a source of its own, since no provider takes it in base64.
  if (source.type !== 'base64' || source.mediaType !== 'text/plain') return source;
  return { type: 'text', text: Buffer.from(source.data, 'base64').toString() };
}

const AUDIO = 'an object with base64 data and a format such as wav or mp3';

/** `{type: "input_audio", input_audio: {data, format}}`. */
export function readAudio(part: RequestNode, fields: Fields, reading: Reading): MediaBlock {
  const audio = fields.get('input_audio');
  if (audio === undefined) throw part.missing('input_audio', AUDIO);
  const inner = audio.fields(AUDIO);
  reading.askUnknown(inner, KNOWN_OF_AUDIO);
  const data = inner.get('data');
  if (data === undefined) throw audio.missing('data', 'audio in base64');
  const format = inner.get('format')?.text() ?? 'wav';
  reading.ask('audio_input', part);
  const mediaType = format === 'mp3' ? 'audio/mpeg' : `audio/${format}`;
  return { kind: 'audio', source: { type: 'base64', mediaType, data: data.text() } };
}

/** OpenRouter's and vLLM's `{type: "video_url", video_url: {url}}`. */
export function readVideo(part: RequestNode, fields: Fields, reading: Reading): MediaBlock {
  const video = fields.get('video_url');
  const url = video?.kind === 'object' ? video.fields().get('url') : video;
  if (url === undefined) throw part.missing('video_url', 'an object with a url');
  reading.ask('video_input', part);
  return { kind: 'video', source: sourceOf(url, 'video/mp4') };
}

/** Parameters such as `;charset=utf-8` may stand between the type and the mark. */
const DATA_URL = /^data:([^;,]*)(?:;[^;,]+)*;base64,/i;
const WEB_URL = /^https?:\/\//i;

function sourceOf(node: RequestNode, otherwise: string): MediaSource {
  const text = node.text();
  if (WEB_URL.test(text)) return { type: 'url', url: text };
  // Only the head is matched: the rest may be megabytes.
  const head = DATA_URL.exec(text.slice(0, 256));
  if (head !== null) {
    const mediaType = head[1] === undefined || head[1] === '' ? otherwise : head[1].toLowerCase();
    return { type: 'base64', mediaType, data: text.slice(head[0].length) };
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(text.slice(0, 32))) {
    throw node.wrong('an https: URL, or a data: URL in base64');
  }
  return { type: 'base64', mediaType: otherwise, data: text };
}
