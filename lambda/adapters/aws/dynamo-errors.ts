import {
  type CancellationReason,
  ConditionalCheckFailedException,
  ReplicatedWriteConflictException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { TollgateError } from '../../core/errors.ts';
import type { FailedOp, TransactResult } from '../../ports/ledger-store.ts';
import { decodeItem } from './dynamo-item.ts';

/**
 * What a failed write means. Only what certainly wrote nothing is `unavailable`: any other status of 400 to 499 (throttles, and
 * faults of the deployment such as a missing grant) and a connection that never came to be. A lost answer, a timeout and
 * every 5xx are `unknown`: a server that fails may have written before.
 */
export function writeFailure(error: unknown): TransactResult {
  if (error instanceof ConditionalCheckFailedException) {
    return { type: 'refused', failed: [{ index: 0, item: decodeItem(error.Item) }] };
  }
  if (error instanceof TransactionCanceledException) return cancelled(error.CancellationReasons ?? []);
  if (error instanceof TransactionConflictException || error instanceof ReplicatedWriteConflictException) {
    return { type: 'conflict' };
  }
  const reason = reasonOf(error);
  if (error instanceof TransactionInProgressException) return { type: 'unknown', reason };
  const status = statusOf(error);
  const rejected = status !== undefined && status >= 400 && status < 500;
  return { type: rejected || neverSent(error) ? 'unavailable' : 'unknown', reason };
}

export function readFailure(error: unknown): TollgateError {
  return new TollgateError('ledger_unavailable', 'the ledger cannot be read', { cause: error });
}

/**
 * A failed condition decides, also beside conflicts on other items: its image was committed, so whoever plans anew from
 * it gets further than with the same plan. Reasons stand in the order of the ops.
 */
function cancelled(reasons: readonly CancellationReason[]): TransactResult {
  const failed: FailedOp[] = reasons.flatMap(({ Code, Item }, index) =>
    Code === 'ConditionalCheckFailed' ? [{ index, item: decodeItem(Item) }] : [],
  );
  if (failed.length > 0) return { type: 'refused', failed };
  if (reasons.some(({ Code }) => Code === 'TransactionConflict')) return { type: 'conflict' };
  const other = reasons.filter(({ Code }) => Code !== undefined && Code !== 'None');
  return {
    type: 'unavailable',
    reason: other.map(({ Code, Message }) => `${Code}: ${Message ?? ''}`).join('; ') || 'cancelled',
  };
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** What the SDK's HTTP handler says when it gives up waiting for a connection. */
const NO_CONNECTION = 'did not establish a connection';

function neverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'CredentialsProviderError' || error.message.includes(NO_CONNECTION)) return true;
  if ('code' in error && error.code === 'ECONNREFUSED') return true;
  return 'syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo');
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
