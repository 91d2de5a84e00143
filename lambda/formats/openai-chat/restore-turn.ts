import { type Capsule, type CapsulePart, hasCapsule, openCapsule, printOf } from '../../core/chat/capsule.ts';
import type { Block, TextBlock, ToolCallBlock } from '../../core/chat/conversation.ts';
import { marked, type Reading } from './reading.ts';

/** A tool call, and its id as the caller sent it, capsule included. */
export interface ReadCall {
  readonly call: ToolCallBlock;
  readonly sentId: string;
}

/**
 * The blocks of an assistant turn in the order in which its model made them, from the capsules in its call ids.
 * Undefined where there are none, or one does not open. A turn's reasoning comes back whole or not at all: its model
 * checks it against all that stands before it, so where the visible text or the order of the calls is not the one that
 * was sealed, a capsule stands in two places, or one was revoked, the turn is given without reasoning.
 */
export function restoreTurn(
  texts: readonly TextBlock[],
  calls: readonly ReadCall[],
  where: string,
  reading: Reading,
): readonly Block[] | undefined {
  const { sealer } = reading;
  if (sealer === undefined || !calls.some(({ sentId }) => hasCapsule(sentId))) return undefined;
  const capsules = calls.map(({ sentId }) =>
    hasCapsule(sentId) ? (openCapsule(sentId, sealer) ?? 'closed') : undefined,
  );
  if (capsules.includes('closed')) {
    reading.notes.push(`${where}: the reasoning in its tool call ids was not sealed by this gateway`);
    return undefined;
  }
  const opened = capsules.map((capsule) => (capsule === 'closed' ? undefined : capsule));
  const text = texts.map((block) => block.text).join('');
  const wrong = !fits(opened, text)
    ? 'its text is not the one that came with it'
    : moved(opened, calls, reading)
      ? 'its tool calls are not those that came with it'
      : undefined;
  if (wrong !== undefined) {
    reading.notes.push(`${where}: its reasoning was left out, because ${wrong}`);
    return [...texts, ...calls.map(({ call }) => call)];
  }
  return interleave(opened, text, texts.at(-1), calls);
}

/** An empty capsule revokes those before it. */
function fits(capsules: readonly (Capsule | undefined)[], text: string): boolean {
  if (capsules.some((capsule) => capsule?.parts.length === 0)) return false;
  let at = 0;
  for (const part of capsules.flatMap((capsule) => capsule?.parts ?? [])) {
    if (part.kind !== 'text') continue;
    const end = at + part.length;
    if (part.print !== undefined && part.print !== printOf(text.slice(at, end))) return false;
    at = end;
  }
  return at === text.length;
}

/** Whether a capsule is not where it was sealed: calls before it were left out, or it was copied to a second place. */
function moved(
  capsules: readonly (Capsule | undefined)[],
  calls: readonly ReadCall[],
  { capsules: seen }: Reading,
): boolean {
  let found = false;
  for (const [index, { sentId }] of calls.entries()) {
    const capsule = capsules[index];
    if (capsule === undefined) continue;
    if (seen.has(sentId) || (capsule.call !== undefined && capsule.call !== index)) found = true;
    seen.add(sentId);
  }
  return found;
}

function interleave(
  capsules: readonly (Capsule | undefined)[],
  text: string,
  last: TextBlock | undefined,
  calls: readonly ReadCall[],
): readonly Block[] {
  const blocks: Block[] = [];
  let at = 0;
  for (const [index, { call }] of calls.entries()) {
    const capsule = capsules[index];
    for (const part of capsule?.parts ?? []) {
      if (part.kind !== 'text') {
        blocks.push(blockOf(part, capsule?.origin));
        continue;
      }
      const end = at + part.length;
      // A cache breakpoint that the caller set behind the text stays behind it.
      const cache = end === text.length ? last?.cache : undefined;
      blocks.push({ kind: 'text', text: text.slice(at, end), ...marked(cache) });
      at = end;
    }
    blocks.push(call);
  }
  return blocks;
}

function blockOf(part: Exclude<CapsulePart, { kind: 'text' }>, origin: string | undefined): Block {
  if (part.kind !== 'opaque') return { ...part, origin };
  return origin === undefined ? part : { ...part, origin };
}
