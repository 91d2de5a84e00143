import { ledgerStampedes } from '../conformance/ledger-store-stampede.ts';
import { ledgerStoreSuite } from '../conformance/ledger-store-suite.ts';
import { createTable } from './emulated-table.ts';

/** Run by `npm run test:aws`, which names the emulator. */
ledgerStoreSuite("the emulator's DynamoDB", open);
ledgerStampedes("the emulator's DynamoDB", open);

async function open() {
  const table = await createTable();
  return { store: table.open(), dispose: () => table.dispose() };
}
