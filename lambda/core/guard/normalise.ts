import { type MappedText, rewrite } from './mapped-text.ts';

/**
 * Characters that look like ASCII but are not, or are not seen at all. Spaces and hyphens of Unicode and full-width
 * forms are replaced one to one; digits of other scripts by their value; invisible characters removed.
 */
const LOOKALIKE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: combining characters are meant one by one here.
  /[\u00a0\u00ad\u034f\u061c\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\u115f\u1160\u17b4\u17b5\u180e\u1680\u2000-\u2015\u2028-\u202f\u205f-\u206f\u20e3\u2212\u3000\u3164\ufe00-\ufe0f\ufe58\ufe63\ufe6b\ufeff\uff01-\uff5e]|\ud835[\udfce-\udfff]|\udb40[\udc00-\uddef]/g;

const BEYOND_ASCII = /[^\0-\x7f]/;

/** Code points of the zeros of other scripts: Arabic, Persian, Devanagari, Bengali, Thai. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50];

/** ASCII text is its own normal form, at the price of one search. */
export function normalise(source: string): MappedText {
  const view = BEYOND_ASCII.test(source) ? rewrite(source, LOOKALIKE, ascii) : undefined;
  return view ?? { text: source, original: (index) => index };
}

function ascii(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  if (code >= 0x1d7ce && code <= 0x1d7ff) return String((code - 0x1d7ce) % 10);
  for (const zero of ZEROS) if (code >= zero && code <= zero + 9) return String(code - zero);
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212 || code === 0xfe58 || code === 0xfe63) return '-';
  if (code === 0x2028 || code === 0x2029) return '\n';
  if (code === 0xfe6b) return '@';
  const isSpace =
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000;
  return isSpace ? ' ' : '';
}

/** Percent, JSON and C escapes and HTML entities, also escaped a few times over (`%2540`, `\\\\u0040`, `&amp;#64;`). */
const ENCODED =
  /%(?:25){0,4}[0-7][0-9A-Fa-f]|\\{1,8}(?:u[0-9A-Fa-f]{4}|x[0-7][0-9A-Fa-f])|&(?:amp;){0,2}(?:#0{0,4}[0-9]{2,3}|#[xX]0{0,4}[0-9A-Fa-f]{2}|commat|period|lowbar|hyphen|plus|nbsp);/g;

const ENTITIES: Readonly<Record<string, string>> = {
  commat: '@',
  period: '.',
  lowbar: '_',
  hyphen: '-',
  plus: '+',
  nbsp: ' ',
};

/** How far around encoded characters a value may reach. */
const REACH = 256;

/**
 * The neighbourhoods of encoded characters, read and in normal form; none where nothing is encoded. Only these, since
 * the rest was searched as it is.
 */
export function decode(source: string): readonly MappedText[] {
  if (source.search(ENCODED) === -1) return [];
  const views: MappedText[] = [];
  let start = -1;
  let end = -1;
  for (const match of source.matchAll(ENCODED)) {
    const reach = match.index + match[0].length + REACH;
    if (start !== -1 && match.index - REACH <= end) {
      end = reach;
      continue;
    }
    if (start !== -1) views.push(decoded(source, start, end));
    start = Math.max(0, match.index - REACH);
    end = reach;
  }
  if (start !== -1) views.push(decoded(source, start, end));
  return views;
}

const SPACE = /\s/;

/** The part between `from` and `to`, widened to white space so that no word is cut. */
function decoded(source: string, from: number, to: number): MappedText {
  let start = from;
  while (start > 0 && from - start < REACH && !SPACE.test(source[start - 1] ?? '')) start--;
  let end = Math.min(to, source.length);
  while (end < source.length && end - to < REACH && !SPACE.test(source[end] ?? '')) end++;
  const part = source.slice(start, end);
  const read = rewrite(part, ENCODED, character);
  const view = normalise(read?.text ?? part);
  return {
    text: view.text,
    original: (index) => {
      const inner = view.original(index);
      return start + (read?.original(inner) ?? inner);
    },
  };
}

function character(encoded: string): string | undefined {
  if (encoded.startsWith('%')) return visible(Number.parseInt(encoded.slice(-2), 16));
  if (encoded.startsWith('\\')) {
    return visible(Number.parseInt(encoded.slice(encoded.lastIndexOf('\\') + 2), 16));
  }
  const entity = encoded.slice(encoded.lastIndexOf('#') + 1, -1);
  if (!encoded.includes('#')) return ENTITIES[entity.slice(entity.lastIndexOf(';') + 1).replace('&', '')];
  return visible(/^x/i.test(entity) ? Number.parseInt(entity.slice(1), 16) : Number(entity));
}

function visible(code: number): string | undefined {
  const isText = code >= 32 || code === 9 || code === 10 || code === 13;
  return isText ? String.fromCharCode(code) : undefined;
}
