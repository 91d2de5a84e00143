import type { Condition, Item, Op, Value } from '../ports/ledger-store.ts';

/**
 * The meaning of a conditional write, once for every store that evaluates in process. Returns the item after the
 * write, or undefined if a condition failed. DynamoDB is held to the same meaning by the conformance suite.
 */
export function evaluate(item: Item | undefined, op: Op): Item | undefined {
  for (const condition of op.when) {
    if (!holds(item?.[condition.attr], condition)) return undefined;
  }
  const next: Record<string, Value> = { ...item };
  for (const change of op.set) {
    if (change.op === 'put') next[change.attr] = change.value;
    else if (change.op === 'add') next[change.attr] = number(item?.[change.attr] ?? 0n) + change.value;
    else if (change.op === 'remove') delete next[change.attr];
    else {
      const from = item?.[change.from];
      if (from !== undefined) next[change.attr] = from;
    }
  }
  return next;
}

function holds(actual: Value | undefined, condition: Condition): boolean {
  if (condition.op === 'absent') return actual === undefined;
  if (actual === undefined) return false;
  const order = compare(actual, condition.value);
  if (order === undefined) return false;
  if (condition.op === 'equals') return order === 0;
  return condition.op === 'atMost' ? order <= 0 : order >= 0;
}

/** Undefined for values of different types, which satisfy no condition. Bytes are never compared. */
function compare(a: Value, b: Value): number | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return undefined;
}

function number(value: Value): bigint {
  if (typeof value !== 'bigint') throw new TypeError('Bug! `add` on an attribute that is not a number');
  return value;
}
