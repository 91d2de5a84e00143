import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { itemFromWire, keyFromWire } from '../../lambda/adapters/aws/dynamo-item.ts';
import { LEDGER_INDEX_NAME } from '../../lambda/env.ts';
import type { Item, Key, LedgerStore } from '../../lambda/ports/ledger-store.ts';
import { openEmulatedStore } from '../support/dynamo-fake-store.ts';

/** Named by `npm run test:aws`. Never an account: only a loopback address is taken, and the keys are test keys. */
const url = process.env['AWS_ENDPOINT_URL'] ?? 'http://nowhere';
if (!new URL(url).hostname.startsWith('127.')) throw new Error('run it by `npm run test:aws`');

const admin = new DynamoDBClient({
  endpoint: url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** A ledger's table of its own in the emulator. */
export interface EmulatedTable {
  /** A store with a client of its own, as another process would have. */
  open(): LedgerStore;
  /** Every item of the table. */
  items(): Promise<readonly (Item & Key)[]>;
  dispose(): Promise<void>;
}

export async function createTable(): Promise<EmulatedTable> {
  const TableName = `ledger-${randomUUID()}`;
  await admin.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'gx', AttributeType: 'S' },
        { AttributeName: 'exp', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: LEDGER_INDEX_NAME,
          KeySchema: [
            { AttributeName: 'gx', KeyType: 'HASH' },
            { AttributeName: 'exp', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  const closes: (() => Promise<void>)[] = [];
  return {
    open() {
      const { store, close } = openEmulatedStore({ url, table: TableName, index: LEDGER_INDEX_NAME });
      closes.push(close);
      return store;
    },
    async items() {
      const items: (Item & Key)[] = [];
      for await (const { Items = [] } of paginateScan({ client: admin }, { TableName, ConsistentRead: true }))
        items.push(...Items.map((item) => ({ ...itemFromWire(item), ...keyFromWire(item) })));
      return items;
    },
    async dispose() {
      for (const close of closes) await close();
      await admin.send(new DeleteTableCommand({ TableName }));
    },
  };
}
