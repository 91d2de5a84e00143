import { before, isLetter } from '../characters.ts';
import type { Span } from '../finding.ts';
import { isIssuer, issued, luhn } from './card-issuers.ts';
import { type DigitChain, forEachChain } from './digit-groups.ts';

const LEAST = 12;
const MOST = 19;

/** How far before a number its name may stand. */
const CONTEXT_REACH = 64;
const CONTEXT =
  /card|\bcc\b|\bpan\b|visa|master|maestro|amex|american express|diners|discover|jcb|union ?pay|carte|tarjeta|cart[aã]o|kredit|karte|kaart|карт|カード|信用卡|银行卡|卡号|카드/i;

/** Neighbouring groups of four in the same line beyond which a window is a row of a table rather than a card. */
const ROW_GROUPS = 6;

/** Payment card numbers: issuer, length and check digit, in one run or in the groups that people write. */
export function findCards(text: string, context: string): readonly Span[] {
  const spans: Span[] = [];
  forEachChain(text, LEAST, (chain) => {
    for (let first = 0; first < chain.starts.length; first++) {
      const last = cardEnd(text, context, chain, first);
      if (last === -1) continue;
      spans.push({ type: 'CREDIT_CARD', start: chain.starts[first] ?? 0, end: chain.ends[last] ?? 0 });
      first = last;
    }
  });
  return spans;
}

/** Index of the last group of the longest card that begins with group `first`; -1 if none does. */
function cardEnd(text: string, context: string, chain: DigitChain, first: number): number {
  const from = chain.offsets[first] ?? 0;
  const issuer = Number(chain.digits.slice(from, from + 4));
  // No scheme begins so, or single digits go on for longer than any card: the rule in a text full of numbers.
  if (!isIssuer(issuer)) return -1;
  if (chain.digits.length > MOST && (chain.offsets[first + 1] ?? 0) - from < 3) return -1;
  let found = -1;
  for (let last = first; last < chain.starts.length; last++) {
    const to = chain.offsets[last + 1] ?? 0;
    if (to - from > MOST) break;
    if (to - from < LEAST) continue;
    const kind = issued(issuer, to - from);
    if (kind === 'never' || !luhn(chain.digits.slice(from, to))) continue;
    if (isCard(text, context, chain, first, last, kind)) found = last;
  }
  return found;
}

function isCard(
  text: string,
  context: string,
  chain: DigitChain,
  first: number,
  last: number,
  length: 'usual' | 'rare',
): boolean {
  const shape = shapeOf(text, chain, first, last);
  if (shape === 'never') return false;
  // A rare length inside a row of fours is a piece of it.
  if (length === 'rare' && first !== last && neighbours(text, chain, first, last) > 0) return false;
  if (length === 'usual' && shape === 'usual') return true;
  return CONTEXT.test(before(text, chain.starts[first] ?? 0, CONTEXT_REACH, context));
}

function shapeOf(text: string, chain: DigitChain, first: number, last: number): 'usual' | 'rare' | 'never' {
  const start = chain.starts[first] ?? 0;
  const end = chain.ends[last] ?? 0;
  if (!isApart(text, start, -1) || !isApart(text, end, 1)) return 'never';
  const left = first === 0 ? '' : text.slice(chain.ends[first - 1], start);
  if (first === last) return left === '.' ? 'never' : 'usual';
  const gap = text.slice(chain.ends[first], chain.starts[first + 1]);
  // A dashed or dotted number goes on: this is the middle of something longer.
  if (left === gap && /^[-.]$/.test(left)) return 'never';
  const sizes: number[] = [];
  for (let group = first; group <= last; group++) {
    sizes.push((chain.ends[group] ?? 0) - (chain.starts[group] ?? 0));
  }
  if (isUsualGrouping(sizes)) return neighbours(text, chain, first, last) > ROW_GROUPS ? 'rare' : 'usual';
  const isWhole = first === 0 && last === chain.starts.length - 1;
  const size = sizes[0] ?? 0;
  const isEven = sizes.every((other) => other === size) && (size <= 2 || size === 8);
  if (isEven) return isWhole ? 'usual' : 'never';
  return sizes.every((other) => other >= 2) && sizes.length <= 8 ? 'rare' : 'never';
}

/** Fours with a shorter rest, and the 4-6-5 and 4-6-4 of American Express and Diners Club. */
function isUsualGrouping(sizes: readonly number[]): boolean {
  const rest = sizes.at(-1) ?? 0;
  if (sizes.length === 3 && sizes[0] === 4 && sizes[1] === 6) return rest === 5 || rest === 4;
  return sizes.length >= 4 && rest <= 4 && sizes.slice(0, -1).every((size) => size === 4);
}

/** Groups of four that touch the window on either side within its line. */
function neighbours(text: string, chain: DigitChain, first: number, last: number): number {
  let count = 0;
  const isFour = (group: number): boolean => (chain.ends[group] ?? 0) - (chain.starts[group] ?? 0) === 4;
  const isLine = (group: number): boolean =>
    !text.slice(chain.ends[group], chain.starts[group + 1]).includes('\n');
  for (let group = first - 1; group >= 0 && isFour(group) && isLine(group) && count <= ROW_GROUPS; group--)
    count++;
  let right = last;
  while (right + 1 < chain.starts.length && isFour(right + 1) && isLine(right) && count <= ROW_GROUPS) {
    count++;
    right++;
  }
  return count;
}

/**
 * Whether the number stands apart at this edge. Letters may touch it only as a word (`card4111...`), since digits
 * among letters are hashes and ids: at least three of them, not all hexadecimal.
 */
function isApart(text: string, edge: number, step: -1 | 1): boolean {
  let index = step === 1 ? edge : edge - 1;
  if (step === -1 && text[index - 1] === '\\' && /[nrtbf]/.test(text[index] ?? '')) return true;
  let word = '';
  while (word.length < 16 && isLetter(text.charCodeAt(index))) {
    word += text[index];
    index += step;
  }
  if (word === '') return true;
  const next = text.charCodeAt(index);
  return word.length >= 3 && /[g-z]/i.test(word) && !(next >= 48 && next <= 57);
}
