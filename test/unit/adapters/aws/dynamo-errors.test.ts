import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ConditionalCheckFailedException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ResourceNotFoundException,
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { reasonOf, resultOf } from '../../../../lambda/adapters/aws/dynamo-errors.ts';

const answered = (httpStatusCode: number, message = 'no') => ({ message, $metadata: { httpStatusCode } });
const failed = (fields: object, message = 'network') => Object.assign(new Error(message), fields);
const cancelled = (...CancellationReasons: object[]) =>
  new TransactionCanceledException({ ...answered(400), CancellationReasons });

const CONDITION = { Code: 'ConditionalCheckFailed', Item: { pk: { S: 'p' }, sk: { S: 's' }, n: { N: '7' } } };
const CONDITION_NO_ITEM = { Code: 'ConditionalCheckFailed' };
const NONE = { Code: 'None' };
const CONFLICT = { Code: 'TransactionConflict' };
const THROTTLED = { Code: 'ThrottlingError', Message: 'slow down' };
const INVALID = { Code: 'ValidationError', Message: 'An operand' };

describe('what an exception says about a write', () => {
  it('a failed condition is a refusal with the item as it was', () => {
    const Item = { pk: { S: 'p' }, sk: { S: 's' }, st: { S: 'HELD' }, n: { N: '9007199254740993' } };
    assert.deepEqual(resultOf(new ConditionalCheckFailedException({ ...answered(400), Item })), {
      type: 'refused',
      failed: [{ index: 0, item: { st: 'HELD', n: 9007199254740993n } }],
    });
    assert.deepEqual(resultOf(new ConditionalCheckFailedException(answered(400))), {
      type: 'refused',
      failed: [{ index: 0, item: undefined }],
    });
  });

  it('a cancelled transaction lists every failed op by its place', () => {
    assert.deepEqual(resultOf(cancelled(NONE, CONDITION, NONE, CONDITION_NO_ITEM)), {
      type: 'refused',
      failed: [
        { index: 1, item: { n: 7n } },
        { index: 3, item: undefined },
      ],
    });
  });

  it('a failed condition goes before a conflict, and a lasting fault before both conflict and throttle', () => {
    assert.equal(resultOf(cancelled(CONFLICT, CONDITION)).type, 'refused');
    assert.equal(resultOf(cancelled(INVALID, CONDITION)).type, 'refused');
    assert.deepEqual(resultOf(cancelled(CONFLICT, NONE)), { type: 'conflict', at: [0] });
    assert.deepEqual(resultOf(cancelled(THROTTLED, CONFLICT)), { type: 'conflict', at: [1] });
    assert.deepEqual(resultOf(cancelled(CONFLICT, INVALID)), {
      type: 'unavailable',
      reason: 'ValidationError: An operand',
    });
    assert.deepEqual(resultOf(cancelled(NONE, THROTTLED)), {
      type: 'unavailable',
      reason: 'ThrottlingError: slow down',
    });
    assert.equal(resultOf(cancelled()).type, 'unavailable');
  });

  it('a conflict with a transaction is a conflict', () => {
    assert.deepEqual(resultOf(new TransactionConflictException(answered(400))), { type: 'conflict' });
  });

  it('throttles and plain refusals prove that nothing was written, and are named', () => {
    const errors = [
      new ThrottlingException(answered(400, 'Rate exceeded')),
      new ProvisionedThroughputExceededException(answered(400)),
      new RequestLimitExceeded(answered(400)),
      new ResourceNotFoundException(answered(400)),
      failed({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } }),
      failed({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } }),
    ];
    for (const error of errors) {
      const result = resultOf(error);
      assert.equal(result.type, 'unavailable', error.name);
      assert.ok(
        result.type === 'unavailable' && result.reason.startsWith(`${error.name} (400): `),
        error.name,
      );
    }
  });

  it('a connection that was never made proves that nothing was written', () => {
    const errors = [
      failed({ code: 'ECONNREFUSED', syscall: 'connect' }),
      failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
      failed({ code: 'EHOSTUNREACH', syscall: 'connect' }),
      failed({ name: 'CredentialsProviderError' }),
    ];
    for (const error of errors) assert.equal(resultOf(error).type, 'unavailable', reasonOf(error));
  });

  it('everything else may have written', () => {
    const errors = [
      new InternalServerError(answered(500)),
      failed({ name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } }),
      new TransactionInProgressException(answered(400)),
      failed({ name: 'TimeoutError', code: 'ECONNRESET', syscall: 'read' }),
      failed({ code: 'EPIPE', syscall: 'write' }),
      failed({ name: 'TimeoutError', code: 'ETIMEDOUT' }),
      failed({ name: 'RequestTimeout', $metadata: { httpStatusCode: 408 } }),
      new SyntaxError('Unexpected token <'),
      'a thrown text',
      undefined,
    ];
    for (const error of errors) assert.equal(resultOf(error).type, 'unknown', reasonOf(error));
  });

  it('is one line of bounded length', () => {
    const reason = reasonOf(failed({ name: 'ValidationException' }, `first\n  second ${'x'.repeat(1_000)}`));
    assert.ok(reason.startsWith('ValidationException: first second xxx'));
    assert.equal(reason.length, 300);
    assert.equal(reasonOf(failed({ code: 'ECONNRESET' }, '')), 'Error ECONNRESET');
  });
});
