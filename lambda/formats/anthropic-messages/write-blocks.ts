import type { Block, Json, MediaBlock, ToolCallBlock } from '../../core/chat/conversation.ts';
import { inputObject } from '../../core/chat/tool-input.ts';
import { jsonArray, jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import { cacheControl } from './write-cache.ts';

const FORMAT = 'anthropic-messages';

/** The content blocks of a message, without those that the format has no place for; they are refused before. */
export function blocksJson(blocks: readonly Block[]): Json {
  return jsonArray(blocks.map(blockJson).filter((json) => json !== undefined));
}

export function blockJson(block: Block): Json | undefined {
  switch (block.kind) {
    case 'text':
      return jsonObject({
        type: '"text"',
        text: jsonString(block.text),
        citations: block.citations,
        cache_control: cacheControl(block.cache),
      });
    case 'refusal':
      return jsonObject({ type: '"text"', text: jsonString(block.text) });
    case 'thinking':
      return jsonObject({
        type: '"thinking"',
        thinking: jsonString(block.text),
        signature: jsonString(block.signature ?? ''),
      });
    case 'redacted_thinking':
      return jsonObject({ type: '"redacted_thinking"', data: jsonString(block.data) });
    case 'tool_call':
      return jsonObject({
        type: '"tool_use"',
        id: jsonString(block.id),
        name: jsonString(block.name),
        input: inputJson(block),
        cache_control: cacheControl(block.cache),
      });
    case 'tool_result':
      return jsonObject({
        type: '"tool_result"',
        tool_use_id: jsonString(block.id),
        content: block.content.length === 0 ? undefined : blocksJson(block.content),
        is_error: block.isError ? 'true' : undefined,
        cache_control: cacheControl(block.cache),
      });
    case 'opaque':
      return block.format === FORMAT ? block.json : undefined;
    case 'audio':
    case 'video':
      return undefined;
    default:
      return mediaJson(block);
  }
}

function inputJson({ input, custom }: ToolCallBlock): Json {
  return custom ? jsonObject({ input: jsonString(input) }) : inputObject(input);
}

function mediaJson(block: MediaBlock): Json | undefined {
  const source = sourceJson(block);
  if (source === undefined) return undefined;
  if (block.kind === 'image') {
    return jsonObject({ type: '"image"', source, cache_control: cacheControl(block.cache) });
  }
  return jsonObject({
    type: '"document"',
    source,
    title: jsonValue(block.title),
    context: jsonValue(block.context),
    citations: block.citations === true ? '{"enabled":true}' : undefined,
    cache_control: cacheControl(block.cache),
  });
}

function sourceJson({ kind, source }: MediaBlock): Json | undefined {
  switch (source.type) {
    case 'url':
      return jsonObject({ type: '"url"', url: jsonString(source.url) });
    case 'text':
      return textSource(source.text);
    case 'base64':
      // Documents in base64 are PDF only; a text goes as what it is.
      if (kind === 'document' && source.mediaType.startsWith('text/')) {
        return textSource(Buffer.from(source.data, 'base64').toString());
      }
      return jsonObject({
        type: '"base64"',
        media_type: jsonString(source.mediaType),
        data: jsonString(source.data),
      });
    case 'file':
      return undefined;
  }
}

function textSource(text: string): Json {
  return jsonObject({ type: '"text"', media_type: '"text/plain"', data: jsonString(text) });
}
