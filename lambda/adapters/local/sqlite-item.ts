import type { Item, Value } from '../../ports/ledger-store.ts';

/**
 * An item as one JSON text: every value a string that begins with its type, `s` for text, `n` for a whole number, `b`
 * for bytes in base64. Numbers stay exact at any size, and decoding costs one JSON.parse.
 */
export function encodeItem(item: Item): string {
  const tagged: Record<string, string> = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) tagged[name] = encodeValue(value);
  }
  return JSON.stringify(tagged);
}

export function decodeItem(text: string): Item {
  // Only `encodeItem` writes this column.
  const tagged = JSON.parse(text) as Record<string, string>;
  const item: Record<string, Value> = {};
  for (const name of Object.keys(tagged)) item[name] = decodeValue(tagged[name] ?? '');
  return item;
}

function encodeValue(value: Value): string {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'bigint') return `n${value}`;
  return `b${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`;
}

function decodeValue(tagged: string): Value {
  const rest = tagged.slice(1);
  switch (tagged[0]) {
    case 's':
      return rest;
    case 'n':
      return BigInt(rest);
    case 'b':
      return new Uint8Array(Buffer.from(rest, 'base64'));
    default:
      throw new Error(`Bug! An item holds a value of an unknown type ${tagged[0]}`);
  }
}
