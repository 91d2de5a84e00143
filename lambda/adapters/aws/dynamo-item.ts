import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item, Key, Value } from '../../ports/ledger-store.ts';

export type Image = Record<string, AttributeValue>;

export function encodeValue(value: Value): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'bigint') return { N: value.toString() };
  return { B: value };
}

export function encodeKey({ pk, sk }: Key): Image {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** The attributes of an item without its key; undefined where there is no item. */
export function decodeItem(image: Image | undefined): Item | undefined {
  if (image === undefined) return undefined;
  const item: Record<string, Value> = {};
  for (const name of Object.keys(image)) {
    if (name === 'pk' || name === 'sk') continue;
    const value = decodeValue(image[name]);
    if (value !== undefined) item[name] = value;
  }
  return item;
}

export function decodeKeyed(image: Image): Item & Key {
  return { ...decodeItem(image), pk: image['pk']?.S ?? '', sk: image['sk']?.S ?? '' };
}

/** Undefined for attributes of other types, which are none of the ledger's. */
function decodeValue(value: AttributeValue | undefined): Value | undefined {
  if (value?.S !== undefined) return value.S;
  if (value?.N !== undefined) return decodeNumber(value.N);
  return value?.B;
}

const EXPONENT = /^(-?\d+)E\+?(\d+)$/i;

/** Whole numbers come as plain digits, and large ones with zeros at their end may come as `1E+21`. */
function decodeNumber(text: string): bigint {
  const [, digits, zeros] = EXPONENT.exec(text) ?? [];
  if (digits !== undefined && zeros !== undefined) return BigInt(digits) * 10n ** BigInt(zeros);
  return BigInt(text);
}
