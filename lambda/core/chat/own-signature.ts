import { isRecord } from '../json-value.ts';

/**
 * Signature under which a messages caller gets reasoning that has none, so that its client sends it back. It is taken
 * out before any Claude model sees it. The rest is what is opaque of OpenRouter's `reasoning_details`: signatures and
 * ciphertexts. Texts are not in it, for they stand in the block, where the guard reads them.
 */
const MARK = 'tg1.';

/** What a value of an entry may look like; a text that someone wrote does not. */
const OPAQUE = /^[A-Za-z0-9+/_=.:-]*$/;
const TEXTS = { 'reasoning.text': 'text', 'reasoning.summary': 'summary' } as const;

export function isOwnSignature(signature: string): boolean {
  return signature.startsWith(MARK);
}

/** `details`: a raw JSON list of reasoning details; undefined for none. */
export function ownSignature(details: string | undefined): string {
  if (details === undefined) return MARK;
  const kept = entriesOf(details).map((entry) =>
    Object.fromEntries(Object.entries(entry).filter(([name]) => name !== 'text' && name !== 'summary')),
  );
  const tells = kept.some((entry) => entry['signature'] !== undefined || entry['data'] !== undefined);
  return tells ? MARK + Buffer.from(JSON.stringify(kept)).toString('base64url') : MARK;
}

/** The details again, with the block's text at its place; undefined where there were none, or nothing like ours. */
export function detailsOfSignature(signature: string, text: string): string | undefined {
  const entries = entriesOf(Buffer.from(signature.slice(MARK.length), 'base64url').toString());
  if (entries.length === 0 || !entries.every(isOpaque)) return undefined;
  const texts = entries.filter((entry) => textName(entry) !== undefined);
  // One text cannot be dealt out to several entries again.
  if (texts.length > 1) return undefined;
  return JSON.stringify(
    entries.map((entry) => {
      const name = textName(entry);
      return name === undefined ? entry : { ...entry, [name]: text };
    }),
  );
}

type Entry = Readonly<Record<string, unknown>>;

function entriesOf(json: string): readonly Entry[] {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) ? list.filter((entry): entry is Entry => isRecord(entry)) : [];
  } catch {
    return [];
  }
}

function isOpaque(entry: Entry): boolean {
  return Object.values(entry).every(
    (value) =>
      value === null || typeof value === 'number' || (typeof value === 'string' && OPAQUE.test(value)),
  );
}

function textName(entry: Entry): 'text' | 'summary' | undefined {
  const type = entry['type'];
  return type === 'reasoning.text' || type === 'reasoning.summary' ? TEXTS[type] : undefined;
}
