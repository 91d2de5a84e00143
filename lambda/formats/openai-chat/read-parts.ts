import type { Block, TextBlock } from '../../core/chat/conversation.ts';
import { readAudio, readFile, readImage, readVideo } from './read-media.ts';
import type { Fields, RequestNode } from './read-node.ts';
import { marked, type Reading } from './reading.ts';

const CONTENT = 'a string or a list of content parts';
/** Members of parts: the marks that any part can carry, and what each type has. */
const KNOWN = new Set([
  'type',
  'prompt_cache_breakpoint',
  'cache_control',
  'text',
  'annotations',
  'refusal',
  'image_url',
  'file',
  'input_audio',
  'video_url',
  // OpenAI's agents spread the message that they got over its text part; the message says these itself.
  'role',
  'tool_calls',
  'function_call',
  'audio',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
]);

/** What a message says: a string, or its parts in order. */
export function readContent(content: RequestNode | undefined, reading: Reading): readonly Block[] {
  if (content === undefined) return [];
  if (content.kind === 'string') return [{ kind: 'text', text: content.text() }];
  return content.elements(CONTENT).map((part) => readPart(part, reading));
}

/** The same where only text can stand: instructions. */
export function readTexts(content: RequestNode | undefined, reading: Reading): readonly TextBlock[] {
  if (content === undefined) return [];
  if (content.kind === 'string') return [{ kind: 'text', text: content.text() }];
  return content.elements(CONTENT).map((part) => {
    const block = readPart(part, reading);
    if (block.kind !== 'text')
      throw part.wrong('a part of type text, the only one that instructions can hold');
    return block;
  });
}

function readPart(part: RequestNode, reading: Reading): Block {
  const fields = part.fields('a content part object with a type');
  const type = fields.get('type')?.text() ?? '';
  reading.askUnknown(fields, KNOWN);
  switch (type) {
    case 'text':
      return { kind: 'text', text: textOf(part, fields, 'text'), ...marked(reading.cacheMark(fields)) };
    case 'refusal':
      return { kind: 'refusal', text: textOf(part, fields, 'refusal') };
    case 'image_url':
      return readImage(part, fields, reading);
    case 'file':
      return readFile(part, fields, reading);
    case 'input_audio':
      return readAudio(part, fields, reading);
    case 'video_url':
      return readVideo(part, fields, reading);
    default:
      reading.ask('unknown', part);
      return { kind: 'opaque', format: 'openai-chat', type, json: part.raw };
  }
}

function textOf(part: RequestNode, fields: Fields, name: string): string {
  const text = fields.get(name);
  if (text === undefined) throw part.missing(name, 'a string');
  return text.text();
}
