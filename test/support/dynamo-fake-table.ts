import { type Expressions, Invalid, Reader, type WireItem } from './dynamo-fake-expression.ts';

/** A request as the client sends it; each operation reads its own part. */
export interface FakeRequest extends Expressions {
  readonly TableName?: string;
  readonly Key?: WireItem;
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
  readonly ExclusiveStartKey?: WireItem;
  readonly ReturnValuesOnConditionCheckFailure?: string;
  readonly TransactItems?: readonly { readonly Update?: FakeRequest }[];
}

/** An exception of DynamoDB: its name and the members of its answer. */
export class Refusal extends Error {
  readonly members: object;
  constructor(name: string, members: object = {}) {
    super(name);
    this.members = members;
  }
}

/** One table with the sort key `sk` and one index over `gx` and `exp`, carried out one request after another. */
export class FakeTable {
  readonly items = new Map<string, WireItem>();
  readonly #pageSize: number;

  constructor(pageSize: number) {
    this.#pageSize = pageSize;
  }

  run(operation: string, request: FakeRequest): object {
    if (operation === 'GetItem') return { Item: this.items.get(idOf(keyOf(request))) };
    if (operation === 'Query') return this.#query(request);
    if (operation === 'UpdateItem') return this.#update(request);
    if (operation === 'TransactWriteItems') return this.#transact(request.TransactItems ?? []);
    throw new Refusal('UnknownOperationException');
  }

  #update(request: FakeRequest): object {
    const { before, after } = this.#try(request);
    if (after === undefined)
      throw new Refusal('ConditionalCheckFailedException', itemIfWanted(request, before));
    this.items.set(idOf(after), after);
    return {};
  }

  #transact(actions: readonly { readonly Update?: FakeRequest }[]): object {
    const updates = actions.map(({ Update }) => Update ?? {});
    const ids = new Set(updates.map((update) => idOf(keyOf(update))));
    if (ids.size < updates.length)
      throw new Invalid('Transaction request cannot include multiple operations on one item');
    if (updates.length > 100) throw new Invalid('Member must have length less than or equal to 100');
    const results = updates.map((update) => this.#try(update));
    if (results.some(({ after }) => after === undefined)) {
      const CancellationReasons = results.map(({ before, after }, index) =>
        after === undefined
          ? { Code: 'ConditionalCheckFailed', ...itemIfWanted(updates[index]!, before) }
          : { Code: 'None' },
      );
      throw new Refusal('TransactionCanceledException', { CancellationReasons });
    }
    for (const { after } of results) if (after !== undefined) this.items.set(idOf(after), after);
    return {};
  }

  /** An update without its effect; no item after it means that its condition failed. */
  #try(request: FakeRequest): { before: WireItem | undefined; after: WireItem | undefined } {
    const key = keyOf(request);
    const before = this.items.get(idOf(key));
    const reader = new Reader(request);
    const met = reader.holds(request.ConditionExpression, before ?? {});
    const after = met ? reader.update(request.UpdateExpression, { ...before, ...key }) : undefined;
    if (!met) return { before, after };
    reader.finish();
    for (const [name, type] of [
      ['gx', 'S'],
      ['exp', 'N'],
    ] as const) {
      if (after?.[name] !== undefined && after[name][type] === undefined)
        throw new Invalid(`Type mismatch for index key ${name}`);
    }
    return { before, after };
  }

  #query(request: FakeRequest): object {
    const sort = request.IndexName === undefined ? 'sk' : 'exp';
    if (sort === 'exp' && request.ConsistentRead)
      throw new Invalid('Consistent reads are not supported on indexes');
    const found = [...this.items.values()].filter((item) => {
      const reader = new Reader(request);
      const holds = reader.holds(request.KeyConditionExpression, item);
      reader.finish();
      return holds;
    });
    found.sort((a, b) => order(a, b, sort));
    const start = request.ExclusiveStartKey;
    const from = start === undefined ? 0 : found.findIndex((item) => idOf(item) === idOf(start)) + 1;
    const Items = found.slice(from, from + this.#pageSize);
    const last = Items.at(-1);
    const more = last !== undefined && from + Items.length < found.length;
    return { Items, ...(more && { LastEvaluatedKey: { pk: last['pk'], sk: last['sk'] } }) };
  }
}

function order(a: WireItem, b: WireItem, sort: 'sk' | 'exp'): number {
  if (sort === 'exp') return Number(a['exp']?.N) - Number(b['exp']?.N);
  return Buffer.compare(Buffer.from(a['sk']?.S ?? ''), Buffer.from(b['sk']?.S ?? ''));
}

function itemIfWanted(request: FakeRequest, item: WireItem | undefined): object {
  return request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && item !== undefined
    ? { Item: item }
    : {};
}

function keyOf({ Key = {} }: FakeRequest): WireItem {
  if (!Key['pk']?.S || !Key['sk']?.S || Object.keys(Key).length !== 2)
    throw new Invalid('The provided key is not valid');
  return Key;
}

function idOf(item: WireItem): string {
  return `${item['pk']?.S}\n${item['sk']?.S}`;
}
