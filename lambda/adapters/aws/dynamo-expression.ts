import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Change, Condition, Op, Value } from '../../ports/ledger-store.ts';
import { encodeValue } from './dynamo-item.ts';

/** The expressions of one conditional update, in the words of the API. */
export interface UpdateExpressions {
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/**
 * An op as expressions that mean what the evaluator says. An addition is `SET` with the old value on the right, because
 * `ADD` beside a `SET` that reads the same attribute is not the same everywhere. All attributes go by placeholders:
 * `ttl`, `by` and others are reserved words.
 */
export function updateExpressions(op: Op): UpdateExpressions {
  const placeholders = new Placeholders();
  const conditions = op.when.map((condition) => conditionText(condition, placeholders));
  const update = updateText(op.set, placeholders);
  const { names, values } = placeholders;
  return {
    UpdateExpression: update,
    ...(conditions.length === 0 ? {} : { ConditionExpression: conditions.join(' AND ') }),
    ExpressionAttributeNames: names,
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
}

/** The only source of placeholders: a hand-made one that is used twice with two meanings is an overspend. */
export class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};
  readonly #known = new Map<string, string>();
  #count = 0;

  name(attr: string): string {
    let placeholder = this.#known.get(attr);
    if (placeholder === undefined) {
      placeholder = `#n${this.#count++}`;
      this.#known.set(attr, placeholder);
      this.names[placeholder] = attr;
    }
    return placeholder;
  }

  value(value: Value): string {
    const placeholder = `:v${this.#count++}`;
    this.values[placeholder] = encodeValue(value);
    return placeholder;
  }
}

const COMPARISON = { equals: '=', atMost: '<=', atLeast: '>=' } as const;

function conditionText(condition: Condition, placeholders: Placeholders): string {
  const name = placeholders.name(condition.attr);
  if (condition.op === 'absent') return `attribute_not_exists(${name})`;
  const { value } = condition;
  if (typeof value !== 'string' && typeof value !== 'bigint') {
    // Bytes satisfy no condition, as in the evaluator.
    return `attribute_exists(${name}) AND attribute_not_exists(${name})`;
  }
  return `${name} ${COMPARISON[condition.op]} ${placeholders.value(value)}`;
}

function updateText(changes: readonly Change[], placeholders: Placeholders): string {
  if (changes.length === 0) throw new Error('Bug! An op that changes nothing');
  const set: string[] = [];
  const remove: string[] = [];
  const changed = new Set<string>();
  for (const change of changes) {
    if (changed.has(change.attr)) throw new Error(`Bug! An op that changes ${change.attr} twice`);
    changed.add(change.attr);
    const name = placeholders.name(change.attr);
    if (change.op === 'remove') remove.push(name);
    else set.push(`${name} = ${newValue(change, name, placeholders)}`);
  }
  const clauses = [];
  if (set.length > 0) clauses.push(`SET ${set.join(', ')}`);
  if (remove.length > 0) clauses.push(`REMOVE ${remove.join(', ')}`);
  return clauses.join(' ');
}

function newValue(
  change: Exclude<Change, { op: 'remove' }>,
  name: string,
  placeholders: Placeholders,
): string {
  switch (change.op) {
    case 'put':
      return placeholders.value(change.value);
    case 'add':
      return `if_not_exists(${name}, ${placeholders.value(0n)}) + ${placeholders.value(change.value)}`;
    case 'copy':
      return `if_not_exists(${placeholders.name(change.from)}, ${name})`;
  }
}
