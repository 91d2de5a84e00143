import { describe } from 'node:test';
import type { LedgerStore } from '../../lambda/ports/ledger-store.ts';
import { conditionCases } from './ledger-store-conditions.ts';
import { raceCases } from './ledger-store-races.ts';
import { readCases } from './ledger-store-reads.ts';
import { writeCases } from './ledger-store-writes.ts';

export interface OpenStore {
  readonly store: LedgerStore;
  dispose(): Promise<void>;
}

/** What every ledger store does, whatever it stands on. `open` gives an empty store each time. */
export function ledgerStoreSuite(name: string, open: () => Promise<OpenStore>): void {
  describe(`the ledger store on ${name}`, () => {
    conditionCases(open);
    writeCases(open);
    readCases(open);
    raceCases(open);
  });
}
