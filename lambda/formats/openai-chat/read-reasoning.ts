import type { Block, ThinkingBlock } from '../../core/chat/conversation.ts';
import { SIGNED_FORMAT } from './answer-words.ts';
import type { Fields, RequestNode } from './read-node.ts';
import type { Reading } from './reading.ts';

type Reasoned = Extract<Block, { kind: 'thinking' | 'redacted_thinking' }>;

/** An element of `reasoning_details`, as far as it is read. */
interface Detail {
  readonly type: string;
  readonly index: string | undefined;
  readonly format: string | undefined;
  /** Undefined where it has none, as the piece of a stream that brings the signature. */
  text: string | undefined;
  signature: string | undefined;
  readonly data: string | undefined;
}

/**
 * The reasoning that an assistant message brings back in its own members, best first: signed OpenRouter details, signed
 * LiteLLM `thinking_blocks`, a text with agentgateway's one `reasoning_signature`; else a text for display only, with the
 * details that came beside it for upstreams that speak them.
 */
export function readReasoning(fields: Fields, where: string, reading: Reading): readonly Reasoned[] {
  const details = fields.get('reasoning_details');
  const read = details?.kind === 'array' ? mergePieces(details.elements().flatMap(detailOf)) : [];
  const rest = isRest(read);
  if (rest) reading.notes.push(`${where}: its reasoning was left out, because only the rest of it came back`);
  const signed = rest ? undefined : signedBlocks(read);
  if (signed !== undefined) return signed;
  const blocks = fields.get('thinking_blocks');
  const thinking = blocks?.kind === 'array' ? blocks.elements().flatMap(blockOf) : [];
  if (thinking.some(isSigned)) return thinking;
  const text =
    stringIn(fields, 'reasoning_content') ?? stringIn(fields, 'reasoning') ?? textOf(read, thinking);
  const signature = stringIn(fields, 'reasoning_signature');
  if (signature !== undefined && signature !== '') return [thinkingBlock(text, signature)];
  if (text === '' && read.length === 0) return [];
  return [
    details === undefined || read.length === 0
      ? thinkingBlock(text, undefined)
      : { ...thinkingBlock(text, undefined), details: details.raw },
  ];
}

function thinkingBlock(text: string, signature: string | undefined): ThinkingBlock {
  return { kind: 'thinking', text, signature, origin: undefined };
}

function isSigned(block: Reasoned): boolean {
  return block.kind === 'redacted_thinking' || block.signature !== undefined;
}

/** Undefined where the details hold nothing that Claude signed. */
function signedBlocks(details: readonly Detail[]): readonly Reasoned[] | undefined {
  const blocks = details.flatMap((detail): Reasoned[] => {
    if (detail.format !== undefined && detail.format !== SIGNED_FORMAT) return [];
    if (detail.type === 'reasoning.text') return [thinkingBlock(detail.text ?? '', detail.signature)];
    if (detail.type !== 'reasoning.encrypted' || detail.format === undefined || detail.data === undefined) {
      return [];
    }
    return [{ kind: 'redacted_thinking', data: detail.data, origin: undefined }];
  });
  return blocks.some(isSigned) ? blocks : undefined;
}

/**
 * Whether the beginning is missing. OpenAI's own client keeps the last piece of a member that it does not know, and half
 * of a signed reasoning is refused.
 */
function isRest(details: readonly Detail[]): boolean {
  const ours = details.filter(({ format }) => format === SIGNED_FORMAT);
  const headless = ours.some(({ signature, text }) => signature !== undefined && text === undefined);
  const indexes = ours.flatMap(({ index }) => (index === undefined ? [] : [Number(index)]));
  return headless || (indexes.length > 0 && Math.min(...indexes) > 0);
}

/** Clients that keep the pieces of a stream as they came: texts of one index, and the signature behind them. */
function mergePieces(details: readonly Detail[]): readonly Detail[] {
  const merged: Detail[] = [];
  for (const detail of details) {
    const before = merged.at(-1);
    const goesOn =
      before?.type === 'reasoning.text' &&
      detail.type === 'reasoning.text' &&
      before.index !== undefined &&
      before.index === detail.index &&
      before.signature === undefined;
    if (!goesOn) {
      merged.push(detail);
      continue;
    }
    merged[merged.length - 1] = {
      ...before,
      format: before.format ?? detail.format,
      text: (before.text ?? '') + (detail.text ?? ''),
      signature: detail.signature,
    };
  }
  return merged;
}

/** What cannot be read is left out: it is an upstream's own and comes back by way of a client. */
function detailOf(node: RequestNode): readonly Detail[] {
  if (node.kind !== 'object') return [];
  const fields = node.fields();
  const signature = stringIn(fields, 'signature');
  return [
    {
      type: stringIn(fields, 'type') ?? '',
      index: fields.get('index')?.raw,
      format: stringIn(fields, 'format'),
      text: stringIn(fields, 'text') ?? stringIn(fields, 'summary'),
      signature: signature === '' ? undefined : signature,
      data: stringIn(fields, 'data'),
    },
  ];
}

/** `{type: "thinking", thinking, signature}` or `{type: "redacted_thinking", data}`. */
function blockOf(node: RequestNode): readonly Reasoned[] {
  if (node.kind !== 'object') return [];
  const fields = node.fields();
  const data = stringIn(fields, 'data');
  if (stringIn(fields, 'type') === 'redacted_thinking') {
    return data === undefined ? [] : [{ kind: 'redacted_thinking', data, origin: undefined }];
  }
  const text = stringIn(fields, 'thinking');
  const signature = stringIn(fields, 'signature');
  return text === undefined ? [] : [thinkingBlock(text, signature === '' ? undefined : signature)];
}

function textOf(details: readonly Detail[], blocks: readonly Reasoned[]): string {
  const told = details.map(({ text }) => text ?? '').join('');
  if (told !== '') return told;
  return blocks.map((block) => (block.kind === 'thinking' ? block.text : '')).join('');
}

function stringIn(fields: Fields, name: string): string | undefined {
  const node = fields.get(name);
  return node?.kind === 'string' ? node.text() : undefined;
}
