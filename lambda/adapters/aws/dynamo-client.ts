import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  type GetItemCommandInput,
  type GetItemCommandOutput,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';

export interface DynamoClientOptions {
  /** Longest wait for a connection, in milliseconds. Default 500. */
  readonly connectMs?: number;
  /** Longest wait for an answer, the connection included, in milliseconds. Default 1000. */
  readonly requestMs?: number;
  /** Where and as whom. Default: what the environment says, `AWS_ENDPOINT_URL` included. */
  readonly aws?: Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'>;
}

/** The four calls that the ledger needs. They reject with AWS's exceptions. */
export interface DynamoCalls {
  update(input: UpdateItemCommandInput): Promise<unknown>;
  transactWrite(input: TransactWriteItemsCommandInput): Promise<unknown>;
  get(input: GetItemCommandInput): Promise<GetItemCommandOutput>;
  query(input: QueryCommandInput): Promise<QueryCommandOutput>;
  /** Closes idle connections. */
  close(): void;
}

/**
 * AWS's client with one attempt per call: after a lost answer only the ledger knows how to try again without writing
 * twice. Importing this file loads the client, which is the larger part of a cold start, so only `createDynamoClient`
 * does, and late.
 */
export function openDynamoClient({
  connectMs = 500,
  requestMs = 1000,
  aws = {},
}: DynamoClientOptions = {}): DynamoCalls {
  const client = new DynamoDBClient({
    ...aws,
    maxAttempts: 1,
    // Without `throwOnRequestTimeout` the client only warns when `requestTimeout` is over, and waits on.
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
    },
  });
  return {
    update: (input) => client.send(new UpdateItemCommand(input)),
    transactWrite: (input) => client.send(new TransactWriteItemsCommand(input)),
    get: (input) => client.send(new GetItemCommand(input)),
    query: (input) => client.send(new QueryCommand(input)),
    close: () => client.destroy(),
  };
}
