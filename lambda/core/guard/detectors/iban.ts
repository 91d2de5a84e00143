import { getCountrySpecifications, ValidationErrorsIBAN, validateIBAN } from 'ibantools';
import { before, isAlphanumeric, isDigit, isEscapeLetter, isLetter } from '../characters.ts';
import type { Span } from '../finding.ts';
import { isSeparator } from './digit-groups.ts';

/** Length of an IBAN by country. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  Object.entries(getCountrySpecifications()).flatMap(([country, spec]) =>
    spec.chars === null ? [] : [[country, spec.chars] as const],
  ),
);

/** How far before a number in lower case the word for it may stand. */
const CONTEXT_REACH = 64;
const CONTEXT = /iban|account|konto|compte|cuenta|conto|conta\b|rekening|rachun|счет|счёт|口座|账号|계좌/i;

/** Separators in a row inside an IBAN: two spaces, or a line break of two characters. */
const SEPARATORS_MAX = 2;

/** International bank account numbers: length of the country, check digits, its own structure. */
export function findIbans(text: string, context: string): readonly Span[] {
  const spans: Span[] = [];
  for (let index = 0; index < text.length; index++) {
    if (!isDigit(text.charCodeAt(index))) continue;
    const start = countryStart(text, index);
    if (start !== -1) {
      const end = ibanEnd(text, context, start, index);
      if (end !== -1) {
        spans.push({ type: 'IBAN', start, end });
        index = end - 1;
      }
    }
    while (index + 1 < text.length && isDigit(text.charCodeAt(index + 1))) index++;
  }
  return spans;
}

/** Where two letters begin that stand directly, or with one separator, before the digit; -1 if none do. */
function countryStart(text: string, digit: number): number {
  const gap = digit > 2 && isSeparator(text.charCodeAt(digit - 1)) ? 1 : 0;
  const start = digit - 2 - gap;
  if (start < 0 || !isLetter(text.charCodeAt(start)) || !isLetter(text.charCodeAt(start + 1))) return -1;
  if (start === 0 || !isAlphanumeric(text.charCodeAt(start - 1)) || isEscapeLetter(text, start - 1))
    return start;
  return /iban$/i.test(text.slice(Math.max(0, start - 4), start)) ? start : -1;
}

function ibanEnd(text: string, context: string, start: number, digit: number): number {
  const country = text.slice(start, start + 2);
  const length = LENGTHS.get(country.toUpperCase());
  if (length === undefined) return -1;
  let iban = country;
  let position = digit;
  let gap = 0;
  while (iban.length < length && position < text.length) {
    const code = text.charCodeAt(position);
    if (isAlphanumeric(code)) {
      iban += text[position];
      gap = 0;
    } else if (!isSeparator(code) || ++gap > SEPARATORS_MAX) return -1;
    position++;
  }
  if (iban.length < length || isAlphanumeric(text.charCodeAt(position))) return -1;
  const upper = iban.toUpperCase();
  if (!checks(upper)) return -1;
  if (upper !== iban && !CONTEXT.test(before(text, start, CONTEXT_REACH, context))) return -1;
  return position;
}

/** The check digits of ISO 13616 first, which are cheap; then the structure of the country. */
function checks(iban: string): boolean {
  if (!isDigit(iban.charCodeAt(3)) || remainder(iban) !== 1) return false;
  const { errorCodes } = validateIBAN(iban);
  // A wrong inner check digit of a bank's own is no reason to let an account number pass.
  return errorCodes.every((code) => code === ValidationErrorsIBAN.WrongAccountBankBranchChecksum);
}

function remainder(iban: string): number {
  let rest = 0;
  for (let index = 0; index < iban.length; index++) {
    const code = iban.charCodeAt((index + 4) % iban.length);
    rest = isDigit(code) ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97;
  }
  return rest;
}
