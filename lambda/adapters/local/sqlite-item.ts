import type { Item, Value } from '../../ports/ledger-store.ts';

/**
 * An item as one JSON text: every value a string that begins with its type, `s` for text, `n` for a whole number, `b`
 * for bytes in base64. Numbers stay exact at any size, and decoding costs one JSON.parse.
 */
export function encodeItem(item: Item): string {
  const tagged: Record<string, string> = {};
  for (const [name, value] of Object.entries(item)) tagged[name] = encodeValue(value);
  return JSON.stringify(tagged);
}

export function decodeItem(text: string): Item {
  // Only `encodeItem` writes this column.
  const tagged = JSON.parse(text) as Record<string, string>;
  const item: Record<string, Value> = {};
  for (const name in tagged) item[name] = decodeValue(tagged[name] ?? '');
  return item;
}

function encodeValue(value: Value): string {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'bigint') return `n${value}`;
  return `b${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`;
}

function decodeValue(tagged: string): Value {
  const rest = tagged.slice(1);
  if (tagged.startsWith('s')) return rest;
  if (tagged.startsWith('n')) return BigInt(rest);
  return new Uint8Array(Buffer.from(rest, 'base64'));
}
