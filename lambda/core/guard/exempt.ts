import type { JsonTape } from '../../wire/json-tape.ts';
import { findVendorTokens } from './detectors/vendor-token.ts';

/** Where a string stands: its key, or for an element that of its array, and the object it is a member of. */
export interface Place {
  readonly name: string;
  /** Token of the object that holds the string as a member; undefined for an element of an array. */
  readonly object: number | undefined;
  /** Key of the object or array around it; empty at the top. */
  readonly parent: string;
  /** Inside of what callers fill freely, where a name means nothing: tool input, schemas, metadata, JSON in a string. */
  readonly isFree: boolean;
}

/** Names whose values are filled freely. `input` at the top is the conversation of the Responses API and does not count. */
const FREE = new Set([
  'arguments',
  'args',
  'input',
  'output',
  'response',
  'parameters',
  'properties',
  'schema',
  'input_schema',
  'metadata',
]);

export function isFreeName(name: string, isTop: boolean): boolean {
  return FREE.has(name) && !(isTop && name === 'input');
}

const SIGNATURES = new Set(['signature', 'thought_signature', 'thoughtSignature', 'encrypted_content']);
const CALL_IDS = new Set(['tool_call_id', 'tool_use_id', 'call_id']);

/** Signatures and ciphertexts: base64 of either alphabet, longer than any number that could hide in it. */
const OPAQUE = /^[A-Za-z0-9+/_=-]{32,}$/;
/** The gateway's own mark on reasoning without a signature: nothing but opaque values is ever read out of it. */
const OWN_SIGNATURE = /^tg1\.[A-Za-z0-9_-]*$/;
const CALL_ID = /^[A-Za-z0-9_.:|-]{1,256}$/;
/** An id that carries sealed reasoning: ciphertext, however long, which is taken out before anything leaves. */
const CAPSULE_ID = /^[A-Za-z0-9_.:|-]{0,128}\.tg1\.[A-Za-z0-9_-]{40,}$/;
const BINARY_URL =
  /^data:(?:(?:image|audio|video)\/(?!svg)[a-z0-9.+-]{1,64}|application\/pdf)(?:;[a-z0-9=.+-]{1,64}){0,4};base64,/i;
const BASE64 = /^[A-Za-z0-9+/=_-]*$/;

/**
 * Whether a string passes untouched: what signs, encrypts or encodes bytes, ids that tie calls to results, and the name
 * of the model. The name alone is not enough; the value must look the part, so that nothing else hides under it.
 */
export function isExempt(tape: JsonTape, place: Place, text: string): boolean {
  if (text.startsWith('data:')) return isBinaryUrl(text);
  if (place.isFree || place.object === undefined) return false;
  const { name, object, parent } = place;
  if (SIGNATURES.has(name)) return OPAQUE.test(text) || OWN_SIGNATURE.test(text);
  if (CALL_IDS.has(name)) return isCallId(text);
  if (name === 'id')
    return isCallId(text) && (parent === 'tool_calls' || sibling(tape, object, 'type') !== undefined);
  if (name === 'data') return OPAQUE.test(text) && isBinaryData(tape, object, parent);
  return name === 'model' && object === 0;
}

function isBinaryUrl(text: string): boolean {
  const head = BINARY_URL.exec(text.slice(0, 512))?.[0];
  return head !== undefined && BASE64.test(text.slice(head.length));
}

/** Ids carry letters; one of digits alone, or one that is a vendor's key, is scanned like everything else. */
function isCallId(text: string): boolean {
  if (CAPSULE_ID.test(text)) return true;
  return CALL_ID.test(text) && /[A-Za-z]/.test(text) && findVendorTokens(text).length === 0;
}

/** Bytes of an image, sound or document, or thinking that the provider redacted. */
function isBinaryData(tape: JsonTape, object: number, parent: string): boolean {
  if (parent === 'input_audio' || sibling(tape, object, 'type') === 'redacted_thinking') return true;
  for (const name of ['media_type', 'mime_type', 'mimeType']) {
    const type = sibling(tape, object, name);
    if (type !== undefined) return /^(?:(?:image|audio|video)\/(?!svg)|application\/pdf)/i.test(type);
  }
  return false;
}

/** The text of a string member of an object. */
export function sibling(tape: JsonTape, object: number, name: string): string | undefined {
  for (const { key, value } of tape.members(object)) {
    if (tape.kind(value) === 'string' && tape.text(key) === name) return tape.text(value);
  }
  return undefined;
}
