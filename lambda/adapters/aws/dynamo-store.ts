import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  paginateQuery,
  type QueryCommandInput,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item, JournalRef, Key, LedgerStore, Op, TransactResult } from '../../ports/ledger-store.ts';
import { readFailure, writeFailure } from './dynamo-errors.ts';
import { Placeholders, updateExpressions } from './dynamo-expression.ts';
import { decodeItem, decodeKeyed, encodeKey, type Image } from './dynamo-item.ts';

/** Milliseconds to open a connection. Within a Region it takes a few. */
const CONNECT_MS = 500;
/** Milliseconds for a whole call; usual ones take below 20. Later the outcome counts as unknown. */
const REQUEST_MS = 1_000;

/**
 * A client that never repeats a call by itself, because only the ledger knows what a repeated write means, and that gives
 * up in time. Region, credentials and `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_DYNAMODB` come from the environment.
 */
export function createDynamoClient(overrides: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
    },
    ...overrides,
  });
}

export interface DynamoStoreOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** The index over `gx` and `exp`. */
  readonly index: string;
}

/** The ledger in a DynamoDB table with the string keys `pk` and `sk`. */
export function createDynamoStore({ client, table, index }: DynamoStoreOptions): LedgerStore {
  return {
    async transact(ops) {
      const updates = ops.map((op) => updateOf(table, op));
      const [first, ...others] = updates;
      if (first === undefined) return DONE;
      try {
        if (others.length === 0) await client.send(new UpdateItemCommand(first));
        else {
          await client.send(
            new TransactWriteItemsCommand({ TransactItems: updates.map((Update) => ({ Update })) }),
          );
        }
        return DONE;
      } catch (error) {
        return writeFailure(error);
      }
    },

    async get(key): Promise<Item | undefined> {
      const command = new GetItemCommand({ TableName: table, Key: encodeKey(key), ConsistentRead: true });
      const { Item } = await client.send(command).catch((error: unknown) => {
        throw readFailure(error);
      });
      return decodeItem(Item);
    },

    async query(pk, from): Promise<readonly (Item & Key)[]> {
      const is = new Placeholders();
      const items = await allOf(client, {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: `${is.name('pk')} = ${is.value(pk)} AND ${is.name('sk')} >= ${is.value(from)}`,
        ExpressionAttributeNames: is.names,
        ExpressionAttributeValues: is.values,
      });
      return items.map(decodeKeyed);
    },

    async openJournals(shard, before): Promise<readonly JournalRef[]> {
      const is = new Placeholders();
      // `exp` is whole, so that a fraction of a bound only rounds up.
      const end = is.value(BigInt(Math.ceil(before)));
      const items = await allOf(client, {
        TableName: table,
        IndexName: index,
        KeyConditionExpression: `${is.name('gx')} = ${is.value(shard)} AND ${is.name('exp')} < ${end}`,
        ExpressionAttributeNames: is.names,
        ExpressionAttributeValues: is.values,
      });
      return items.map(({ pk, exp }) => ({ pk: pk?.S ?? '', expires: Number(exp?.N) }));
    },
  };
}

const DONE: TransactResult = { type: 'done' };

function updateOf(table: string, op: Op) {
  return {
    TableName: table,
    Key: encodeKey(op.key),
    ...updateExpressions(op),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

/** Every page of a query. A journal ends at some thousand entries, and open journals are few. */
async function allOf(client: DynamoDBClient, input: QueryCommandInput): Promise<Image[]> {
  const items: Image[] = [];
  try {
    for await (const page of paginateQuery({ client }, input)) items.push(...(page.Items ?? []));
  } catch (error) {
    throw readFailure(error);
  }
  return items;
}
