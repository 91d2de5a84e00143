import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createDynamoClient, createDynamoStore } from '../../../../lambda/adapters/aws/dynamo-store.ts';
import { TollgateError } from '../../../../lambda/core/errors.ts';
import type { Op, TransactResult } from '../../../../lambda/ports/ledger-store.ts';
import { type DynamoFake, type Failure, startDynamoFake } from '../../../support/dynamo-fake.ts';
import { type EmulatedStore, openEmulatedStore } from '../../../support/dynamo-fake-store.ts';

const KEY = { pk: 'S#a', sk: 'C' };
const OTHER = { pk: 'S#b', sk: 'C' };
const addTo = (key = KEY): Op => ({ key, when: [], set: [{ op: 'add', attr: 'n', value: 1n }] });

describe('the DynamoDB store with its real client', () => {
  let fake: DynamoFake;
  let opened: EmulatedStore;
  before(async () => {
    fake = await startDynamoFake();
    opened = openEmulatedStore({ url: fake.url, requestMs: 5_000 });
  });
  after(async () => {
    await opened.close();
    await fake.close();
  });
  const count = async () => {
    const n = (await opened.store.get(KEY))?.['n'];
    return typeof n === 'bigint' ? n : 0n;
  };
  /** One write that fares so: its result and how often it was carried out. */
  const fate = async (kind: Failure, ops: readonly Op[]): Promise<[TransactResult, bigint]> => {
    const first = await count();
    fake.fail(kind);
    const result = await opened.store.transact(ops);
    return [result, (await count()) - first];
  };

  it('sends one op as an update and several as one transaction', async () => {
    const { UpdateItem = 0, TransactWriteItems = 0 } = fake.received;
    await opened.store.transact([addTo()]);
    await opened.store.transact([addTo(), addTo(OTHER)]);
    assert.equal(fake.received['UpdateItem'], UpdateItem + 1);
    assert.equal(fake.received['TransactWriteItems'], TransactWriteItems + 1);
  });

  for (const ops of [[addTo()], [addTo(), addTo(OTHER)]]) {
    const what = ops.length === 1 ? 'an update' : 'a transaction';
    it(`tells of ${what} whose fate it cannot know, and never sends it twice`, async () => {
      for (const [kind, carriedOut] of [
        ['lost_request', 0n],
        ['lost_answer', 1n],
        ['server_error', 1n],
        ['unavailable', 0n],
      ] as const) {
        const [result, times] = await fate(kind, ops);
        assert.equal(result.type, 'unknown', kind);
        assert.equal(times, carriedOut, kind);
      }
    });

    it(`tells of ${what} that certainly had no effect`, async () => {
      for (const [kind, type] of [
        ['throttle', 'unavailable'],
        ['denied', 'unavailable'],
        ['conflict', 'conflict'],
      ] as const) {
        const [result, times] = await fate(kind, ops);
        assert.equal(result.type, type, kind);
        assert.equal(times, 0n, kind);
      }
      const [denied] = await fate('denied', ops);
      assert.ok(denied.type === 'unavailable' && denied.reason.startsWith('AccessDeniedException (400)'));
    });
  }

  it('names what is wrong with a write that DynamoDB finds invalid', async () => {
    const copy: Op = { key: OTHER, when: [], set: [{ op: 'copy', attr: 'a', from: 'nowhere' }] };
    const result = await opened.store.transact([copy]);
    assert.equal(result.type, 'unavailable');
    assert.ok(result.type === 'unavailable' && result.reason.startsWith('ValidationException (400): '));
  });

  it('repeats a read whose answer was lost, once', async () => {
    const expected = await count();
    fake.fail('lost_answer');
    assert.equal(await count(), expected);
    fake.fail('lost_answer', 2);
    await assert.rejects(opened.store.get(KEY), isLedgerUnavailable);
    fake.fail('server_error', 2);
    await assert.rejects(opened.store.query(KEY.pk, 'A'), isLedgerUnavailable);
    const { Query = 0 } = fake.received;
    fake.fail('denied');
    await assert.rejects(opened.store.openJournals('X0', 1), isLedgerUnavailable);
    assert.equal(fake.received['Query'], Query + 1, 'a plain no is not asked again');
  });

  it('waits no longer for an answer than it was told, and then does not know', async () => {
    const { store, close } = openEmulatedStore({ url: fake.url, requestMs: 100 });
    fake.fail('hang');
    const result = await store.transact([addTo()]);
    assert.equal(result.type, 'unknown');
    await close();
  });

  it('knows that nothing was written when it got no connection in time', async () => {
    // The client opens 50 connections at most; whoever waits for one longer than it may never sent a byte.
    const { store, close } = openEmulatedStore({ url: fake.url, requestMs: 1_000, connectMs: 300 });
    const { UpdateItem = 0 } = fake.received;
    fake.fail('hang', 50);
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, index) => store.transact([addTo({ pk: `S#${index}`, sk: 'C' })])),
    );
    await close();
    const never = results.filter((result) => result.type === 'unavailable');
    assert.ok(never.length >= 10, `${never.length} were unavailable`);
    for (const result of never) assert.match('reason' in result ? result.reason : '', /did not establish/);
    assert.ok((fake.received['UpdateItem'] ?? 0) - UpdateItem <= results.length - never.length);
  });
});

describe('the requests of the DynamoDB store', () => {
  it('read the table consistently, and the index as it can be read', async () => {
    const inputs: {
      readonly IndexName?: string | undefined;
      readonly ConsistentRead?: boolean | undefined;
    }[] = [];
    const asked = async (input: (typeof inputs)[number]) => {
      inputs.push(input);
      return { $metadata: {} };
    };
    const unused = async () => undefined;
    const calls = { update: unused, transactWrite: unused, get: asked, query: asked, close: () => undefined };
    const store = createDynamoStore({ client: Promise.resolve(calls), table: 'ledger', index: 'i' });
    await store.get(KEY);
    await store.query(KEY.pk, 'E#');
    await store.openJournals('X0', 1);
    assert.deepEqual(
      inputs.map(({ IndexName, ConsistentRead }) => [IndexName, ConsistentRead]),
      [
        [undefined, true],
        [undefined, true],
        ['i', undefined],
      ],
    );
  });
});

describe('the DynamoDB store without a DynamoDB', () => {
  it('knows that nothing was written when nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    // A listening TCP server has a port.
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { store, close } = openEmulatedStore({ url: `http://127.0.0.1:${port}` });
    const result = await store.transact([addTo()]);
    assert.ok(
      result.type === 'unavailable' && result.reason.includes('ECONNREFUSED'),
      JSON.stringify(result),
    );
    await assert.rejects(store.get(KEY), isLedgerUnavailable);
    await close();
  });

  it('is unavailable when the client cannot be loaded', async () => {
    const client = Promise.reject(new Error('no such file'));
    const store = createDynamoStore({ client, table: 'ledger', index: 'i' });
    assert.deepEqual(await store.transact([addTo()]), {
      type: 'unavailable',
      reason: 'Error: no such file',
    });
    await assert.rejects(store.get(KEY), isLedgerUnavailable);
  });

  it('takes endpoint, region and credentials from the environment', async () => {
    const fake = await startDynamoFake();
    const names = ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
    const saved = names.map((name) => process.env[name]);
    for (const [index, value] of [fake.url, 'eu-west-1', 'AKID', 'secret'].entries()) {
      process.env[names[index]!] = value;
    }
    const client = createDynamoClient();
    try {
      const store = createDynamoStore({ client, table: 'ledger', index: 'i' });
      assert.deepEqual(await store.transact([addTo()]), { type: 'done' });
      assert.equal(fake.items.size, 1);
    } finally {
      for (const [index, name] of names.entries()) {
        const value = saved[index];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      (await client).close();
      await fake.close();
    }
  });
});

function isLedgerUnavailable(error: unknown): boolean {
  return error instanceof TollgateError && error.code === 'ledger_unavailable';
}
