import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { startEmulator } from '../aws/emulator.ts';
import { pythonProgram } from '../aws/python.ts';

const un = (i: any): any =>
  i &&
  Object.fromEntries(
    Object.entries(i).map(([k, v]: any) => [k, v.S ?? (v.N !== undefined ? BigInt(v.N) : v.B)]),
  );
export interface LedgerTable {
  endpoint: string;
  name: string;
  index: string;
  entry(id: string): Promise<any>;
  close(): Promise<void>;
}
export async function startLedgerTable(): Promise<LedgerTable> {
  const em = await startEmulator(pythonProgram('ministack'));
  const c = new DynamoDBClient({
    endpoint: em.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await c.send(
    new CreateTableCommand({
      TableName: 'ledger',
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
          IndexName: 'open-journals',
          KeySchema: [
            { AttributeName: 'gx', KeyType: 'HASH' },
            { AttributeName: 'exp', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  return {
    endpoint: em.endpoint,
    name: 'ledger',
    index: 'open-journals',
    async entry(id) {
      const r = await c.send(new ScanCommand({ TableName: 'ledger' }));
      return (r.Items ?? []).map(un).find((i) => i.rid === id);
    },
    close: () => em.stop(),
  };
}
