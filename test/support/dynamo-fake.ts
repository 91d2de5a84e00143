import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Invalid, type WireItem } from './dynamo-fake-expression.ts';
import { type FakeRequest, FakeTable, Refusal } from './dynamo-fake-table.ts';

/**
 * How a request fares: `lost_answer` and `server_error` are carried out before the connection ends or the 500 is sent,
 * `hang` is carried out and never answered; the others have no effect.
 */
export type Failure =
  | 'lost_request'
  | 'lost_answer'
  | 'hang'
  | 'server_error'
  | 'unavailable'
  | 'throttle'
  | 'conflict'
  | 'denied';

export interface DynamoFake {
  readonly url: string;
  /** By `pk`, a newline and `sk`, in DynamoDB's JSON. */
  readonly items: ReadonlyMap<string, WireItem>;
  /** Operations received, by name: `UpdateItem`, `TransactWriteItems`, `GetItem`, `Query`. */
  readonly received: Readonly<Record<string, number>>;
  /** The next `times` requests fare so. */
  fail(kind: Failure, times?: number): void;
  /** Asked for each request after those. */
  failWhen(decide: (operation: string) => Failure | undefined): void;
  close(): Promise<void>;
}

/** A DynamoDB with one table on a free loopback port: enough of its protocol and its strictness for the ledger's calls. */
export async function startDynamoFake({ pageSize = 1000 } = {}): Promise<DynamoFake> {
  const table = new FakeTable(pageSize);
  const planned: Failure[] = [];
  const received: Record<string, number> = {};
  let decide: (operation: string) => Failure | undefined = () => undefined;

  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const body = await read(request);
    received[operation] = (received[operation] ?? 0) + 1;
    const failure = planned.shift() ?? decide(operation);
    answer(table, operation, body, failure, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // A TCP server that listens has an address with a port.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    items: table.items,
    received,
    fail: (kind, times = 1) => planned.push(...Array<Failure>(times).fill(kind)),
    failWhen: (next) => {
      decide = next;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<FakeRequest> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return JSON.parse(text) as FakeRequest;
}

/** Failures that are an answer of DynamoDB: its status and exception. */
const ANSWERS: Partial<Record<Failure, [number, string]>> = {
  server_error: [500, 'InternalServerError'],
  unavailable: [503, 'ServiceUnavailable'],
  throttle: [400, 'ThrottlingException'],
  conflict: [400, 'TransactionConflictException'],
  denied: [400, 'AccessDeniedException'],
};

function answer(
  table: FakeTable,
  operation: string,
  request: FakeRequest,
  failure: Failure | undefined,
  response: ServerResponse,
): void {
  let result: [number, object];
  if (
    failure === undefined ||
    failure === 'lost_answer' ||
    failure === 'hang' ||
    failure === 'server_error'
  ) {
    result = carryOut(table, operation, request);
  } else result = [400, {}];
  if (failure === 'hang') return;
  if (failure === 'lost_request' || failure === 'lost_answer') {
    response.socket?.resetAndDestroy();
    return;
  }
  const exception = failure && ANSWERS[failure];
  if (failure === 'conflict' && operation === 'TransactWriteItems') {
    const CancellationReasons = request.TransactItems?.map(() => ({ Code: 'TransactionConflict' }));
    result = [400, exceptionBody('TransactionCanceledException', { CancellationReasons })];
  } else if (exception !== undefined) result = [exception[0], exceptionBody(exception[1])];
  response.writeHead(result[0], { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(result[1]));
}

function carryOut(table: FakeTable, operation: string, request: FakeRequest): [number, object] {
  try {
    return [200, table.run(operation, request)];
  } catch (error) {
    if (error instanceof Refusal) return [400, exceptionBody(error.message, error.members)];
    if (error instanceof Invalid)
      return [400, exceptionBody('ValidationException', { message: error.message })];
    throw error;
  }
}

function exceptionBody(name: string, members: object = {}): object {
  return { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name, ...members };
}
