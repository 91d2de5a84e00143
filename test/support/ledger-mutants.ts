import type { Change, Op } from '../../lambda/ports/ledger-store.ts';
import type { Mutation } from './ledger-faults.ts';

/** Faulty ledgers, each made by taking one guard out of what the real one writes. A simulation worth its name finds all. */
export const MUTANTS: Readonly<Record<string, Mutation>> = {
  'an admission that does not ask whether its number is free': (ops) =>
    ops.map((op) => (puts(op, 'HELD') ? { ...op, when: [] } : op)),
  'a top-up without its number': (ops) => ops.map((op) => (isTopUp(op) ? without(op, 'n', 'e') : op)),
  'a settle that does not ask whether the entry is held': (ops) =>
    ops.map((op) => (puts(op, 'F') && op.when.length > 1 ? without(op, 'st') : op)),
  'a settle without the pinned hold': (ops) => ops.map((op) => (puts(op, 'F') ? without(op, 'n', 'e') : op)),
  'a reaper without a fence': (ops) => (ops.some((op) => puts(op, 'FENCE')) ? 'swallow' : ops),
  'a refusal without a tombstone': (ops) => (ops.some((op) => puts(op, 'VOID')) ? 'swallow' : ops),
  'a charge without the limit': (ops) =>
    ops.map((op) => ({ ...op, when: op.when.filter((condition) => condition.op !== 'atMost') })),
  'a charge without the pinned window': (ops) =>
    ops.map((op) =>
      op.key.sk === 'C' ? { ...op, when: op.when.filter(({ attr }) => !attr.endsWith('.id')) } : op,
    ),
  'a settle without the window it was admitted in': (ops) =>
    ops.some((op) => puts(op, 'F')) ? ops.map((op) => (op.key.sk === 'C' ? intoCurrent(op) : op)) : ops,
};

function puts(op: Op, state: string): boolean {
  return op.key.sk.startsWith('E#') && op.set.some((change) => change.attr === 'st' && isPut(change, state));
}

function isPut(change: Change, value: string): boolean {
  return change.op === 'put' && change.value === value;
}

function isTopUp(op: Op): boolean {
  return op.key.sk.startsWith('E#') && !op.set.some((change) => change.attr === 'st');
}

function without(op: Op, ...attrs: string[]): Op {
  return { ...op, when: op.when.filter((condition) => !attrs.includes(condition.attr)) };
}

/** Moves what belongs to the window before into the current one. */
function intoCurrent(op: Op): Op {
  return {
    ...op,
    when: [],
    set: op.set.map((change) => ({ ...change, attr: change.attr.replace('.prevUsed', '.used') })),
  };
}
