import type { Key, LedgerStore } from '../../lambda/ports/ledger-store.ts';

/** A call of DynamoDB on one item or one partition: its action in IAM, and the partition's key. */
export interface Access {
  readonly action: 'dynamodb:GetItem' | 'dynamodb:UpdateItem' | 'dynamodb:Query';
  readonly key: string;
}

/** Notes what a ledger does with its table, as IAM would be asked for it. Looks at the index are not noted. */
export function noting(store: LedgerStore, accesses: Access[]): LedgerStore {
  const note = (action: Access['action'], pk: string) => void accesses.push({ action, key: pk });
  return {
    transact(ops) {
      for (const { key } of ops) note('dynamodb:UpdateItem', key.pk);
      return store.transact(ops);
    },
    get(key: Key, read) {
      note('dynamodb:GetItem', key.pk);
      return store.get(key, read);
    },
    query(pk, from) {
      note('dynamodb:Query', pk);
      return store.query(pk, from);
    },
    openJournals: (shard, before) => store.openJournals(shard, before),
  };
}
