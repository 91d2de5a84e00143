import type { Block, Conversation } from './conversation.ts';

/**
 * Whose signed reasoning a target cannot be given: it is valid only where it was signed. Undefined where there is none.
 * `takes`: whether the target takes back its own (`own`), or what an unknown signer signed.
 */
export function foreignReasoning(
  { turns }: Pick<Conversation, 'turns'>,
  target: string,
  takes: (own: boolean) => boolean,
): string | undefined {
  for (const block of turns.flatMap(({ content }) => content)) {
    const origin = signedBy(block);
    if (origin === undefined) continue;
    if ((origin === '' || origin === target) && takes(origin === target)) continue;
    return origin === '' ? 'another model' : origin;
  }
  return undefined;
}

/** Whether any turn has signed reasoning. */
export function hasSigned({ turns }: Pick<Conversation, 'turns'>): boolean {
  return turns.some(({ content }) => content.some((block) => signedBy(block) !== undefined));
}

/** Who signed a block; empty where that is unknown, undefined for a block that nobody signed. */
function signedBy(block: Block): string | undefined {
  if (block.kind === 'redacted_thinking') return block.origin ?? '';
  return block.kind === 'thinking' && block.signature !== undefined ? (block.origin ?? '') : undefined;
}
