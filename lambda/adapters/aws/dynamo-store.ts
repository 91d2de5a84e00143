import { TollgateError } from '../../core/errors.ts';
import type {
  Item,
  JournalRef,
  Key,
  LedgerStore,
  Op,
  TransactResult,
  Value,
} from '../../ports/ledger-store.ts';
import type { DynamoCalls, DynamoClientOptions } from './dynamo-client.ts';
import { reasonOf, resultOf } from './dynamo-errors.ts';
import { Placeholders, updateRequest } from './dynamo-expression.ts';
import { itemFromWire, keyFromWire, keyToWire, type WireItem } from './dynamo-item.ts';

/** AWS's client, perhaps still loading. */
export type DynamoClient = Promise<DynamoCalls>;

export interface DynamoStoreOptions {
  readonly client: DynamoClient;
  readonly table: string;
  /** Name of the sparse index of open journals, by `gx` and `exp`. */
  readonly index: string;
}

/** Starts to load AWS's client and returns at once, so that loading overlaps with the rest of a cold start. */
export function createDynamoClient(options: DynamoClientOptions = {}): DynamoClient {
  // In the next turn, so that the module that asks for it is loaded first and the runtime can fetch its first event.
  const client = new Promise<void>((resolve) => setImmediate(resolve))
    .then(() => import('./dynamo-client.ts'))
    .then(({ openDynamoClient }) => openDynamoClient(options));
  // Whoever uses the client is told of a failure; until then it must not end the process as an unhandled rejection.
  client.catch(() => undefined);
  return client;
}

/** The ledger on one DynamoDB table: an op alone is an update, several are one transaction. */
export function createDynamoStore({ client, table, index }: DynamoStoreOptions): LedgerStore {
  return {
    transact: (ops) => transact(client, table, ops),
    get: (key, read) => get(client, table, key, read !== 'stale'),
    query: (pk, from) => query(client, table, pk, from),
    openJournals: (shard, before) => openJournals(client, table, index, shard, before),
  };
}

async function transact(client: DynamoClient, table: string, ops: readonly Op[]): Promise<TransactResult> {
  const updates = ops.map((op) => updateRequest(table, op));
  const [first] = updates;
  if (first === undefined) return { type: 'done' };
  let calls: DynamoCalls;
  try {
    calls = await client;
  } catch (error) {
    return { type: 'unavailable', reason: reasonOf(error) };
  }
  try {
    if (updates.length === 1) await calls.update(first);
    else await calls.transactWrite({ TransactItems: updates.map((update) => ({ Update: update })) });
    return { type: 'done' };
  } catch (error) {
    return resultOf(error);
  }
}

function get(
  client: DynamoClient,
  table: string,
  key: Key,
  ConsistentRead: boolean,
): Promise<Item | undefined> {
  return reading(client, async (calls) => {
    const { Item } = await calls.get({ TableName: table, Key: keyToWire(key), ConsistentRead });
    return itemFromWire(Item);
  });
}

function query(
  client: DynamoClient,
  table: string,
  pk: string,
  from: string,
): Promise<readonly (Item & Key)[]> {
  return reading(client, async (calls) => {
    const request = { TableName: table, ConsistentRead: true, ...range('pk', pk, 'sk', '>=', from) };
    const items = await pages(calls, request);
    return items.map((item) => ({ ...itemFromWire(item), ...keyFromWire(item) }));
  });
}

function openJournals(
  client: DynamoClient,
  table: string,
  index: string,
  shard: string,
  before: number,
): Promise<readonly JournalRef[]> {
  return reading(client, async (calls) => {
    const request = {
      TableName: table,
      IndexName: index,
      // `exp` is whole, so a bound that is not only rounds up.
      ...range('gx', shard, 'exp', '<', BigInt(Math.ceil(before))),
    };
    const items = await pages(calls, request);
    return items.map((item) => ({ pk: keyFromWire(item).pk, expires: Number(itemFromWire(item)?.['exp']) }));
  });
}

function range(hash: string, value: Value, sort: string, comparator: '<' | '>=', bound: Value) {
  const holders = new Placeholders();
  const left = `${holders.name(hash)} = ${holders.value(value)}`;
  const right = `${holders.name(sort)} ${comparator} ${holders.value(bound)}`;
  return { KeyConditionExpression: `${left} AND ${right}`, ...holders.tables() };
}

/** All pages of a query. DynamoDB ends a page at 1 MB, wherever that falls. */
async function pages(calls: DynamoCalls, request: Parameters<DynamoCalls['query']>[0]): Promise<WireItem[]> {
  const items: WireItem[] = [];
  let after: WireItem | undefined;
  do {
    const page = await calls.query(after === undefined ? request : { ...request, ExclusiveStartKey: after });
    items.push(...(page.Items ?? []));
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
  return items;
}

/**
 * A read that gets no usable answer is tried once more, for it changes nothing and the usual cause is a connection that
 * died while the environment was frozen. A plain no is not repeated.
 */
async function reading<T>(client: DynamoClient, run: (calls: DynamoCalls) => Promise<T>): Promise<T> {
  try {
    const calls = await client;
    try {
      return await run(calls);
    } catch (error) {
      if (resultOf(error).type !== 'unknown') throw error;
      return await run(calls);
    }
  } catch (error) {
    throw new TollgateError('ledger_unavailable', `The ledger cannot be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
