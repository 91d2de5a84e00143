import type { Block, CacheMark, ToolCallBlock, ToolResultBlock } from '../../core/chat/conversation.ts';
import { inputObject } from '../../core/chat/tool-input.ts';
import { TollgateError } from '../../core/errors.ts';
import { jsonArray, jsonObject, jsonString } from '../../wire/json-write.ts';
import { type DocumentNames, mediaBlock } from './write-media.ts';

/** What the writer of one request knows beside the blocks. */
export interface Writing {
  readonly names: DocumentNames;
  /** Whether cache marks are written. */
  readonly caches: boolean;
}

/** The blocks of one turn as content blocks. */
export function writeBlocks(blocks: readonly Block[], writing: Writing): string[] | TollgateError {
  const texts: string[] = [];
  for (const block of blocks) {
    const text = writeBlock(block, writing);
    if (text instanceof TollgateError) return text;
    if (text === undefined) continue;
    texts.push(text);
    if (writing.caches && 'cache' in block && block.cache !== undefined) texts.push(cachePoint(block.cache));
  }
  return texts;
}

/** A cache mark is a block of its own behind what it marks. Of the two times the next longer one is taken. */
export function cachePoint({ ttl }: CacheMark): string {
  const time = ttl === undefined ? undefined : ttl === '5m' ? '5m' : '1h';
  return jsonObject({
    cachePoint: jsonObject({
      type: '"default"',
      ttl: time === undefined ? undefined : jsonString(time),
    }),
  });
}

function writeBlock(block: Block, writing: Writing): string | undefined | TollgateError {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return block.text === '' ? undefined : textBlock(block.text);
    case 'image':
    case 'document':
    case 'audio':
    case 'video':
      return mediaBlock(block, writing.names);
    case 'tool_call':
      return toolUse(block);
    case 'tool_result':
      return toolResult(block, writing);
    case 'thinking':
      if (block.signature === undefined) return undefined;
      return reasoning('reasoningText', {
        text: jsonString(block.text),
        signature: jsonString(block.signature),
      });
    case 'redacted_thinking':
      return jsonObject({
        reasoningContent: jsonObject({
          redactedContent: jsonString(Buffer.from(block.data, 'latin1').toString('base64')),
        }),
      });
    case 'opaque':
      return block.format === 'bedrock-converse' ? block.json : undefined;
  }
}

export function textBlock(text: string): string {
  return jsonObject({ text: jsonString(text) });
}

function reasoning(kind: string, members: Readonly<Record<string, string>>): string {
  return jsonObject({ reasoningContent: jsonObject({ [kind]: jsonObject(members) }) });
}

function toolUse(call: ToolCallBlock): string {
  return jsonObject({
    toolUse: jsonObject({
      toolUseId: jsonString(call.id),
      name: jsonString(call.name),
      input: call.custom ? jsonObject({ input: jsonString(call.input) }) : inputObject(call.input),
    }),
  });
}

function toolResult(result: ToolResultBlock, writing: Writing): string | TollgateError {
  const content = writeBlocks(result.content, { ...writing, caches: false });
  if (content instanceof TollgateError) return content;
  return jsonObject({
    toolResult: jsonObject({
      toolUseId: jsonString(result.id),
      content: jsonArray(content),
      status: result.isError ? '"error"' : undefined,
    }),
  });
}
