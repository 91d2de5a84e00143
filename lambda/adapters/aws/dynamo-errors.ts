import type { FailedOp, TransactResult } from '../../ports/ledger-store.ts';
import { itemFromWire, type WireItem } from './dynamo-item.ts';

/** What the ledger reads of an exception. Names, not classes, so that the client's code need not be loaded to judge one. */
interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly syscall: string | undefined;
  /** Status of DynamoDB's answer; undefined if none came. */
  readonly status: number | undefined;
  readonly item: WireItem | undefined;
  readonly reasons: readonly CancellationReason[];
}

interface CancellationReason {
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly Item?: WireItem | undefined;
}

/**
 * What an exception says about a write. Only an answer that proves it says "nothing was written"; everything else is
 * `unknown`, 500 and 503 included, since DynamoDB may have carried the write out and failed afterwards.
 */
export function resultOf(error: unknown): TransactResult {
  const failure = read(error);
  if (failure.name === 'ConditionalCheckFailedException') {
    return { type: 'refused', failed: [{ index: 0, item: itemFromWire(failure.item) }] };
  }
  if (failure.name === 'TransactionCanceledException') return cancelled(failure);
  if (CONFLICTS.has(failure.name)) return { type: 'conflict' };
  const type = provesNothingWritten(failure) ? 'unavailable' : 'unknown';
  return { type, reason: describe(failure) };
}

/** A transaction on the item, or in a table of several Regions another Region's write. */
const CONFLICTS: ReadonlySet<string> = new Set([
  'TransactionConflictException',
  'ReplicatedWriteConflictException',
]);

/** One line about an exception, for logs. */
export function reasonOf(error: unknown): string {
  return describe(read(error));
}

/**
 * A transaction is cancelled as a whole, with one reason per op. A failed condition goes before everything else: the
 * caller learns the item and decides anew, while trying the same again would fail the same. Then comes what no further
 * try can mend, then a conflict, and throttling last.
 */
function cancelled(failure: Failure): TransactResult {
  const failed: FailedOp[] = [];
  for (const [index, reason] of failure.reasons.entries()) {
    if (reason.Code === 'ConditionalCheckFailed') failed.push({ index, item: itemFromWire(reason.Item) });
  }
  if (failed.length > 0) return { type: 'refused', failed };
  const others = failure.reasons.filter(({ Code }) => Code !== undefined && Code !== 'None');
  const lasting = others.find(({ Code }) => Code !== 'TransactionConflict' && !isThrottle(Code));
  const at = failure.reasons.flatMap(({ Code }, index) => (Code === 'TransactionConflict' ? [index] : []));
  if (lasting === undefined && at.length > 0) return { type: 'conflict', at };
  const { Code, Message } = lasting ?? others[0] ?? {};
  const reason = Code === undefined ? describe(failure) : oneLine(`${Code}: ${Message ?? ''}`);
  return { type: 'unavailable', reason };
}

function isThrottle(code: string | undefined): boolean {
  return code !== undefined && /^(Throttling|ProvisionedThroughputExceeded|RequestLimitExceeded)/.test(code);
}

/** System calls that come before the first byte of a request. */
const BEFORE_SENDING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo', 'bind']);

function provesNothingWritten(failure: Failure): boolean {
  const { status, name, syscall } = failure;
  // This one names another try of the same request, which may still succeed; other 4xx are a plain no.
  if (name === 'TransactionInProgressException') return false;
  // 408 comes from a proxy that gave up, after it had passed on who knows how much.
  if (status !== undefined) return status >= 400 && status < 500 && status !== 408;
  if (syscall !== undefined && BEFORE_SENDING.has(syscall)) return true;
  if (name === 'CredentialsProviderError') return true;
  // How the client words a connection that was not made in time; it has no code of its own.
  return name === 'TimeoutError' && failure.message.includes('did not establish a connection');
}

function read(error: unknown): Failure {
  // An exception is any object; each field is checked for its kind below or only printed.
  const e = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as {
    readonly [field: string]: unknown;
  };
  const metadata = e['$metadata'] as { readonly httpStatusCode?: number } | undefined;
  return {
    name: string(e['name']) ?? 'Error',
    message: string(e['message']) ?? '',
    code: string(e['code']),
    syscall: string(e['syscall']),
    status: metadata?.httpStatusCode,
    // The client decodes these two as DynamoDB's own exceptions have them.
    item: e['Item'] as WireItem | undefined,
    reasons: (e['CancellationReasons'] as readonly CancellationReason[] | undefined) ?? [],
  };
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function describe({ name, message, code, status }: Failure): string {
  const label = code === undefined ? name : `${name} ${code}`;
  return oneLine(`${label}${status === undefined ? '' : ` (${status})`}: ${message}`);
}

/** Messages can quote whole expressions; a log line needs the beginning. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().replace(/:$/, '').slice(0, 300);
}
