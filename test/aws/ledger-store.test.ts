import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LEDGER_INDEX_NAME } from '../../lambda/env.ts';
import { ledgerStampedes } from '../conformance/ledger-store-stampede.ts';
import { ledgerStoreSuite } from '../conformance/ledger-store-suite.ts';
import { openEmulatedStore } from '../support/dynamo-fake-store.ts';

/** Run by `npm run test:aws`, which names the emulator. Never against an account: the store in use has test keys. */
const url = process.env['AWS_ENDPOINT_URL'] ?? 'http://nowhere';
if (!new URL(url).hostname.startsWith('127.')) throw new Error('run it by `npm run test:aws`');

const admin = new DynamoDBClient({
  endpoint: url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

ledgerStoreSuite("the emulator's DynamoDB", open);
ledgerStampedes("the emulator's DynamoDB", open);

async function open() {
  const TableName = `conformance-${randomUUID()}`;
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
  const { store, close } = openEmulatedStore({ url, table: TableName, index: LEDGER_INDEX_NAME });
  return {
    store,
    async dispose() {
      await close();
      await admin.send(new DeleteTableCommand({ TableName }));
    },
  };
}
