import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLedger } from '../../lambda/adapters/local/sqlite-store.ts';
import { startDynamoFake } from '../support/dynamo-fake.ts';
import { openEmulatedStore } from '../support/dynamo-fake-store.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { ledgerStoreSuite } from './ledger-store-suite.ts';

ledgerStoreSuite('memory', async () => ({ store: new MemoryStore(), dispose: async () => undefined }));

ledgerStoreSuite('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-store-'));
  const ledger = openSqliteLedger(folder);
  return {
    store: ledger.store,
    async dispose() {
      ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
});

ledgerStoreSuite('DynamoDB', async () => {
  // Pages of three items, so that every longer query has several.
  const fake = await startDynamoFake({ pageSize: 3 });
  const { store, close } = openEmulatedStore({ url: fake.url });
  return {
    store,
    async dispose() {
      await close();
      await fake.close();
    },
  };
});
