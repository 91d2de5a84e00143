import { createDynamoClient, createDynamoStore } from '../../lambda/adapters/aws/dynamo-store.ts';
import type { LedgerStore } from '../../lambda/ports/ledger-store.ts';

/** The DynamoDB adapter with AWS's own client, at an endpoint on this machine. */
export interface EmulatedStore {
  readonly store: LedgerStore;
  close(): Promise<void>;
}

export interface EmulatedStoreOptions {
  readonly url: string;
  readonly table?: string;
  readonly index?: string;
  /** Milliseconds until an answer counts as lost. Generous by default, since a busy machine is no fault. */
  readonly requestMs?: number;
  /** Milliseconds until a connection counts as not to be had. Default: `requestMs`. */
  readonly connectMs?: number;
}

export function openEmulatedStore({
  url,
  table = 'ledger',
  index = 'open-journals',
  requestMs = 20_000,
  connectMs = requestMs,
}: EmulatedStoreOptions): EmulatedStore {
  const client = createDynamoClient({
    connectMs,
    requestMs,
    aws: {
      endpoint: url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
  });
  return {
    store: createDynamoStore({ client, table, index }),
    close: async () => (await client).close(),
  };
}
