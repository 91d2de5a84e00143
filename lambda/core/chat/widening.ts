import type { JsonTape } from '../../wire/json-tape.ts';

/**
 * Characters whose NFKC form has more UTF-8 bytes than they have themselves. Unicode never changes the normal forms of
 * a character once it is assigned, and a test asks the runtime's own tables whether the list is complete.
 */
export const WIDENING = [
  '\\u00a8\\u00af\\u00b4\\u00b8\\u00bc-\\u00be\\u013f\\u0140\\u0149\\u01c4-\\u01c6\\u02d8-\\u02dd',
  '\\u0344\\u037a\\u0384\\u0385\\u0587\\u0675-\\u0678\\u0958-\\u095f\\u09dc\\u09dd\\u09df\\u0a33',
  '\\u0a36\\u0a59-\\u0a5b\\u0a5e\\u0b5c\\u0b5d\\u0e33\\u0eb3\\u0edc\\u0edd\\u0f43\\u0f4d\\u0f52\\u0f57',
  '\\u0f5c\\u0f69\\u0f73\\u0f75-\\u0f79\\u0f81\\u0f93\\u0f9d\\u0fa2\\u0fa7\\u0fac\\u0fb9\\u1fc1',
  '\\u1fcd-\\u1fcf\\u1fdd-\\u1fdf\\u1fed\\u1fee\\u2033\\u2034\\u2036\\u2037\\u2057\\u2150-\\u215f',
  '\\u2167\\u2177\\u2189\\u222c\\u222d\\u222f\\u2230\\u247d-\\u2487\\u2a0c\\u2adc\\u309b\\u309c\\u309f',
  '\\u30ff\\u3200-\\u321e\\u3220-\\u3243\\u327c\\u327d\\u32c0-\\u32cb\\u32ff-\\u3370\\u337b-\\u337f',
  '\\u3389\\u33a7\\u33a8\\u33ae\\u33af\\u33c2\\u33c6\\u33d8\\u33de-\\u33fe\\ufa6c\\ufacf-\\ufad1',
  '\\ufad5-\\ufad7\\ufb13-\\ufb17\\ufb1d\\ufb1f\\ufb2a-\\ufb36\\ufb38-\\ufb3c\\ufb3e\\ufb40\\ufb41',
  '\\ufb43\\ufb44\\ufb46-\\ufb4f\\ufbdd\\ufbea-\\ufbfb\\ufc00-\\ufd3d\\ufd50-\\ufd8f\\ufd92-\\ufdc7',
  '\\ufdf0-\\ufdfc\\ufe71\\ufe77\\ufe79\\ufe7b\\ufe7d\\ufe7f\\ufef5-\\ufefc\\u{1d15e}-\\u{1d164}',
  '\\u{1d1bb}-\\u{1d1c0}\\u{1f12a}\\u{1f200}\\u{1f201}\\u{1f240}-\\u{1f248}',
].join('');

/** With marks, which may combine with what stands around them, so that a text is looked at as a whole. */
const MAY_WIDEN = new RegExp(`[\\p{M}${WIDENING}]`, 'u');
/** In a text read as Latin-1, a stretch of bytes beyond ASCII. */
const BEYOND_ASCII = /[\x80-\xff]+/g;

/**
 * How many bytes the texts of a body may gain when a tokenizer normalises them (NFKC) first. A stretch beyond ASCII is
 * looked at by itself: an ASCII character and its marks never compose to more bytes than they are. Texts written with
 * `\u` escapes are decoded, and count where they outgrow their spelling.
 */
export function widened(tape: JsonTape): number {
  if (tape.ascii) return 0;
  const { bytes } = tape;
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  let gained = growthOf(body.match(BEYOND_ASCII) ?? []);
  if (!tape.unicodeEscapes) return gained;
  for (const token of tape.leaves()) {
    if (!tape.escaped(token)) continue;
    const text = tape.text(token);
    const written = tape.end(token) - tape.start(token);
    gained += Math.max(0, Buffer.byteLength(text) + growth(text) - written);
  }
  return gained;
}

/** All stretches are decoded and looked at in one go, since hardly ever one of them grows. */
function growthOf(stretches: readonly string[]): number {
  const texts = Buffer.from(stretches.join(' '), 'latin1').toString();
  if (!MAY_WIDEN.test(texts)) return 0;
  return texts.split(' ').reduce((sum, text) => sum + growth(text), 0);
}

function growth(text: string): number {
  if (!MAY_WIDEN.test(text)) return 0;
  return Math.max(0, Buffer.byteLength(text.normalize('NFKC')) - Buffer.byteLength(text));
}
