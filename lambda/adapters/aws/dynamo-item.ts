import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item, Key, Value } from '../../ports/ledger-store.ts';

/** An item in DynamoDB's own JSON: every value an object whose one name tells its type. */
export type WireItem = Readonly<Record<string, AttributeValue>>;

export function toWire(value: Value): AttributeValue {
  if (typeof value === 'bigint') return { N: value.toString() };
  return typeof value === 'string' ? { S: value } : { B: value };
}

export function keyToWire({ pk, sk }: Key): Record<string, AttributeValue> {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** The attributes without the key; undefined for an item that does not exist. */
export function itemFromWire(wire: WireItem | undefined): Item | undefined {
  if (wire === undefined) return undefined;
  const item: Record<string, Value> = {};
  for (const name in wire) {
    if (name !== 'pk' && name !== 'sk') item[name] = fromWire(name, wire[name]);
  }
  return item;
}

export function keyFromWire(wire: WireItem): Key {
  return { pk: text(wire, 'pk'), sk: text(wire, 'sk') };
}

function text(wire: WireItem, name: string): string {
  const value = fromWire(name, wire[name]);
  if (typeof value !== 'string') throw new TypeError(`\`${name}\` of an item is not a text`);
  return value;
}

const EXPONENT = /^(-?\d+)E\+?(\d+)$/i;

/** Plain digits, as the ledger wrote them; or `1E+21`, as some libraries write large numbers with zeros at their end. */
function wholeNumber(text: string): bigint {
  const [, digits, zeros] = EXPONENT.exec(text) ?? [];
  if (digits === undefined || zeros === undefined) return BigInt(text);
  return BigInt(digits) * 10n ** BigInt(zeros);
}

/** The ledger writes texts, whole numbers and bytes only, so anything else was put there by a stranger. */
function fromWire(name: string, value: AttributeValue | undefined): Value {
  if (value?.S !== undefined) return value.S;
  if (value?.N !== undefined) return wholeNumber(value.N);
  if (value?.B !== undefined) return value.B;
  throw new TypeError(`\`${name}\` of an item has a type that the ledger never writes`);
}
