import { createHash } from 'node:crypto';

/**
 * What rides inside a tool call id, because the id is the one field that every chat client returns: the reasoning that
 * came before the call, with signatures and in order, so that a stateless gateway can give it back to the model.
 */
export type CapsulePart =
  | { readonly kind: 'thinking'; readonly text: string; readonly signature: string }
  | { readonly kind: 'redacted_thinking'; readonly data: string }
  /** Visible text that stood between, as its length in UTF-16 units of the message's own text, and its print. */
  | { readonly kind: 'text'; readonly length: number; readonly print?: string }
  | { readonly kind: 'opaque'; readonly format: string; readonly type: string; readonly json: string };

export interface Capsule {
  /** The target (`provider/model`) whose reasoning it is; valid only there. */
  readonly origin: string;
  readonly parts: readonly CapsulePart[];
  /** Which of its turn's calls carries it, from 0. */
  readonly call?: number;
}

/** Encrypts for one tenant. `open` gives undefined for anything that this tenant's gateway did not seal. */
export interface Sealer {
  seal(plain: Uint8Array): Uint8Array;
  open(sealed: Uint8Array): Uint8Array | undefined;
}

const MARK = '.tg1.';

/** Characters of a text's print: 48 bits, for texts that changed by mistake and not for attackers. */
const PRINT_CHARACTERS = 8;

/** By what a text is known again. */
export function printOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, PRINT_CHARACTERS);
}

/** Whether a tool call id carries a capsule, or looks like it. */
export function hasCapsule(id: string): boolean {
  return id.includes(MARK);
}

/** The id as the upstream gave it. */
export function plainId(id: string): string {
  const at = id.indexOf(MARK);
  return at === -1 ? id : id.slice(0, at);
}

/** `<id>.tg1.<sealed>`; undefined where the result would be longer than `maxLength`. */
export function sealCapsule(
  id: string,
  capsule: Capsule,
  sealer: Sealer,
  maxLength: number,
): string | undefined {
  const sealed = sealer.seal(Buffer.from(JSON.stringify([capsule.origin, capsule.parts, capsule.call])));
  const whole = id + MARK + Buffer.from(sealed).toString('base64url');
  return whole.length > maxLength ? undefined : whole;
}

type Sealed = readonly [origin: string, parts: readonly CapsulePart[], call?: number | null];

/** What an id carries; undefined where it carries nothing, or nothing that this sealer sealed. */
export function openCapsule(id: string, sealer: Sealer): Capsule | undefined {
  const at = id.indexOf(MARK);
  if (at === -1) return undefined;
  const plain = sealer.open(Buffer.from(id.slice(at + MARK.length), 'base64url'));
  if (plain === undefined) return undefined;
  // Sealed by ourselves, so its shape is ours; a later version changes the mark.
  const [origin, parts, call] = JSON.parse(Buffer.from(plain).toString()) as Sealed;
  return { origin, parts, ...(typeof call === 'number' ? { call } : {}) };
}
