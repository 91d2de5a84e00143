import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Change, Condition, Op, Value } from '../../ports/ledger-store.ts';
import { keyToWire, toWire } from './dynamo-item.ts';

/**
 * The one source of placeholders of a request. A name written by hand could come to stand for two values, and then the
 * later one silently replaces the limit of another condition.
 */
export class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values: Record<string, AttributeValue> = {};
  #count = 0;

  /** The placeholder of an attribute's name; always the same one. Many plain names are reserved words of DynamoDB. */
  name(attr: string): string {
    const known = this.#names.get(attr);
    if (known !== undefined) return known;
    const placeholder = `#a${this.#names.size}`;
    this.#names.set(attr, placeholder);
    return placeholder;
  }

  /** A new placeholder for each value, even for equal ones. */
  value(value: Value): string {
    const placeholder = `:v${this.#count++}`;
    this.#values[placeholder] = toWire(value);
    return placeholder;
  }

  /** What a request carries beside its expressions. DynamoDB refuses an empty table of either kind. */
  tables(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  } {
    return {
      ...(this.#names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries([...this.#names].map(([attr, name]) => [name, attr])),
      }),
      ...(this.#count > 0 && { ExpressionAttributeValues: this.#values }),
    };
  }
}

export interface UpdateRequest extends ReturnType<Placeholders['tables']> {
  readonly TableName: string;
  readonly Key: Record<string, AttributeValue>;
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ReturnValuesOnConditionCheckFailure: 'ALL_OLD';
}

/** One conditional write as DynamoDB's update, which reads every operand from before the write. */
export function updateRequest(table: string, op: Op): UpdateRequest {
  const holders = new Placeholders();
  const condition = op.when.map((each) => conditionText(each, holders)).join(' AND ');
  return {
    TableName: table,
    Key: keyToWire(op.key),
    UpdateExpression: updateText(op.set, holders),
    ...(condition !== '' && { ConditionExpression: condition }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ...holders.tables(),
  };
}

const COMPARATORS = { equals: '=', atMost: '<=', atLeast: '>=' } as const;

function conditionText(condition: Condition, holders: Placeholders): string {
  const name = holders.name(condition.attr);
  if (condition.op === 'absent') return `attribute_not_exists(${name})`;
  // The evaluator satisfies no condition with bytes; DynamoDB would compare them.
  if (condition.value instanceof Uint8Array) throw new TypeError('Bug! A condition on bytes');
  return `${name} ${COMPARATORS[condition.op]} ${holders.value(condition.value)}`;
}

function updateText(changes: readonly Change[], holders: Placeholders): string {
  if (changes.length === 0) throw new TypeError('Bug! A write that changes nothing');
  if (new Set(changes.map(({ attr }) => attr)).size < changes.length) {
    throw new TypeError('Bug! A write that changes an attribute twice');
  }
  const set: string[] = [];
  const remove: string[] = [];
  for (const change of changes) {
    const name = holders.name(change.attr);
    if (change.op === 'remove') remove.push(name);
    else set.push(`${name} = ${operand(change, name, holders)}`);
  }
  const clauses = [];
  if (set.length > 0) clauses.push(`SET ${set.join(', ')}`);
  if (remove.length > 0) clauses.push(`REMOVE ${remove.join(', ')}`);
  return clauses.join(' ');
}

function operand(change: Exclude<Change, { op: 'remove' }>, name: string, holders: Placeholders): string {
  if (change.op === 'put') return holders.value(change.value);
  if (change.op === 'copy') return holders.name(change.from);
  return `if_not_exists(${name}, ${holders.value(0n)}) + ${holders.value(change.value)}`;
}
