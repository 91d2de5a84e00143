import { startDynamoFake } from '../support/dynamo-fake.ts';
import { openEmulatedStore } from '../support/dynamo-fake-store.ts';
import { Dice } from '../support/virtual-clock.ts';
import { ledgerStampedes } from './ledger-store-stampede.ts';

ledgerStampedes("DynamoDB with AWS's own client", () => open(0), [0]);

// The loss passes through the client's own handling of it: the server writes and hangs up.
ledgerStampedes('DynamoDB that hangs up instead of answering, one time in ten', () => open(0.1), [0]);

async function open(hangUp: number) {
  const fake = await startDynamoFake();
  const { store, close } = openEmulatedStore({ url: fake.url });
  const dice = new Dice(2);
  fake.failWhen(() => (dice.chance(hangUp) ? 'lost_answer' : undefined));
  return {
    store: {
      transact: store.transact.bind(store),
      get: store.get.bind(store),
      // The books are read when all is over, and reading has no retries of its own.
      query: async (pk: string, from: string) => {
        fake.failWhen(() => undefined);
        return store.query(pk, from);
      },
      openJournals: store.openJournals.bind(store),
    },
    async dispose() {
      await close();
      await fake.close();
    },
  };
}
