import { plainId } from '../../core/chat/capsule.ts';
import type {
  Block,
  CacheMark,
  TextBlock,
  ThinkingBlock,
  ToolResultBlock,
} from '../../core/chat/conversation.ts';
import { detailsOfSignature, isOwnSignature } from '../../core/chat/own-signature.ts';
import { readDocument, readImage, readSearchResult } from './read-media.ts';
import type { JsonObject, RequestReader } from './request-reader.ts';

/** Content as blocks: a string is one text block. */
export function readContent(reader: RequestReader, content: number, inResult: boolean): readonly Block[] {
  const { tape } = reader;
  if (tape.kind(content) === 'string') return [{ kind: 'text', text: tape.text(content) }];
  if (tape.kind(content) !== 'array') {
    reader.wrong(content, undefined, 'a string or a list of content blocks');
    return [];
  }
  return tape
    .elements(content)
    .map((token) => readBlock(reader, reader.object(token, 'a content block object with a type'), inResult));
}

/** `inResult`: the block stands in a tool's result, where media are a feature of their own. */
function readBlock(reader: RequestReader, block: JsonObject, inResult: boolean): Block {
  const type = block.needText('type', 'the type of the block, such as text or tool_result');
  switch (type) {
    case 'text':
      return readText(reader, block);
    case 'image':
    case 'document': {
      const media = type === 'image' ? readImage(reader, block) : readDocument(reader, block);
      if (inResult && media?.source.type !== 'text')
        reader.askOnce('tool_result_media', reader.tape.pathOf(block.token));
      return media === undefined ? opaque(reader, block, type) : { ...media, ...cacheOf(reader, block) };
    }
    case 'search_result':
      return { ...readSearchResult(reader, block), ...cacheOf(reader, block) };
    case 'tool_use':
      return {
        kind: 'tool_call',
        id: plainId(block.needText('id', 'the id of the call')),
        name: block.needText('name', 'the name of the tool'),
        input: neededInput(reader, block),
        custom: false,
        ...cacheOf(reader, block),
      };
    case 'tool_result':
      return readResult(reader, block);
    case 'thinking':
      return readThinking(block);
    case 'redacted_thinking':
      return {
        kind: 'redacted_thinking',
        data: block.needText('data', 'the redacted thinking as it was received'),
        origin: undefined,
      };
    default:
      return opaque(reader, block, type);
  }
}

export function readText(reader: RequestReader, block: JsonObject): TextBlock {
  const citations = block.get('citations') === undefined ? undefined : block.raw('citations');
  if (citations !== undefined) reader.askOnce('citations', block.param('citations'));
  return {
    kind: 'text',
    text: block.needText('text', 'a string'),
    ...(citations === undefined ? {} : { citations }),
    ...cacheOf(reader, block),
  };
}

/** The input with its own bytes: it may hold numbers that no number type does. */
function neededInput(reader: RequestReader, block: JsonObject): string {
  const input = block.raw('input');
  // A model that wrote null for its arguments is called without any, and its clients send that back.
  if (input === undefined && reader.tape.find([...reader.tape.path(block.token), 'input']) !== undefined)
    return '{}';
  if (input === undefined) reader.wrong(block.token, 'input', 'the input of the call, an object');
  return input ?? '';
}

function readResult(reader: RequestReader, block: JsonObject): ToolResultBlock {
  const isError = block.flag('is_error') ?? false;
  if (isError) reader.askOnce('tool_errors', block.param('is_error'));
  const content = block.get('content');
  return {
    kind: 'tool_result',
    id: plainId(block.needText('tool_use_id', 'the id of the call that this answers')),
    content: content === undefined ? [] : readContent(reader, content, true),
    isError,
    ...cacheOf(reader, block),
  };
}

/** Reasoning that a gateway signed itself is another model's, and an empty signature is none. */
function readThinking(block: JsonObject): ThinkingBlock {
  const text = block.needText('thinking', 'the thinking as it was received');
  const signature = block.text('signature') ?? '';
  if (signature !== '' && !isOwnSignature(signature))
    return { kind: 'thinking', text, signature, origin: undefined };
  const details = isOwnSignature(signature) ? detailsOfSignature(signature, text) : undefined;
  return {
    kind: 'thinking',
    text,
    signature: undefined,
    origin: undefined,
    ...(details === undefined ? {} : { details }),
  };
}

/** A block that only this format knows: a server tool's call and its result, a file for a container. */
function opaque(reader: RequestReader, block: JsonObject, type: string): Block {
  reader.askOnce('server_blocks', reader.tape.pathOf(block.token), `block ${type}`);
  return { kind: 'opaque', format: 'anthropic-messages', type, json: reader.tape.raw(block.token) };
}

/** The cache mark of a block or a tool, as a member to spread. */
export function cacheOf(reader: RequestReader, block: JsonObject): { readonly cache?: CacheMark } {
  const mark = block.child('cache_control', 'an object such as {"type": "ephemeral"}');
  if (mark === undefined) return {};
  reader.askOnce('cache_marks', 'cache_control');
  return { cache: { ttl: mark.text('ttl') } };
}
