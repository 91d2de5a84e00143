import type { Change, Condition, Op } from '../../lambda/ports/ledger-store.ts';
import type { Mutation } from '../support/ledger-faults.ts';

export const isEntry = (op: Op) => op.key.sk.startsWith('E#');
export const isCounter = (op: Op) => op.key.sk === 'C';
export const each =
  (change: (op: Op) => Op): Mutation =>
  (ops) =>
    ops.map(change);

/** How much wider limits are asked for, where the conditions are narrowed again. */
export const WIDE = 1_000_000n;

export function narrowed(op: Op, condition: Condition): Condition {
  if (!isCounter(op) || condition.op !== 'atMost' || typeof condition.value !== 'bigint') return condition;
  if (condition.attr !== 'tu' && !/\.(used|prevUsed)$/.test(condition.attr)) return condition;
  const taken = op.set.find((change) => change.attr === condition.attr);
  if (taken?.op !== 'add') return condition;
  const limit = condition.value + taken.value;
  return limit % WIDE === 0n ? { ...condition, value: limit / WIDE - taken.value } : condition;
}

export function closesLease(ops: readonly Op[]): bigint | undefined {
  const closed = ops.find((op) => puts(op, 'CLOSED'))?.set.find(({ attr }) => attr === 'sp');
  return closed?.op === 'put' && typeof closed.value === 'bigint' ? closed.value : undefined;
}

export function writesPolicy(ops: readonly Op[]): boolean {
  return ops.some((op) => op.key.sk === 'P') && ops.some(isCounter);
}

export function puts(op: Op, state: string): boolean {
  return (
    isEntry(op) &&
    op.set.some((change) => change.attr === 'st' && change.op === 'put' && change.value === state)
  );
}

export function isPut(change: Change, attr: string, value: string): boolean {
  return change.attr === attr && change.op === 'put' && change.value === value;
}

export function isTopUp(op: Op): boolean {
  return isEntry(op) && !op.set.some((change) => change.attr === 'st');
}

export function isMark(attr: string): boolean {
  return attr === 'cv' || attr === 'cn';
}

export function addsTo(op: Op, attr: string): boolean {
  return op.set.some((change: Change) => change.attr === attr && change.op === 'add');
}

export function without(op: Op, ...attrs: string[]): Op {
  return { ...op, when: op.when.filter((condition) => !attrs.includes(condition.attr)) };
}

/** Moves what belongs to the window before into the current one. */
export function intoCurrent(op: Op): Op {
  if (!isCounter(op)) return op;
  return {
    ...op,
    when: op.when
      .map((condition) => ({ ...condition, attr: current(condition.attr) }))
      .filter(({ attr, op: kind }) => kind === 'atMost' && !attr.endsWith('.id')),
    set: op.set.map((change) => ({ ...change, attr: current(change.attr) })),
  };
}

export function current(attr: string): string {
  return attr.replace('.prevUsed', '.used').replace('.prevSpent', '.spent');
}
