import { join } from 'node:path';
import { createDynamoClient, createDynamoStore } from '../../../lambda/adapters/aws/dynamo-store.ts';
import { AUDIT_FOLDER } from '../../../lambda/adapters/local/audit-files.ts';
import { openSqlitePolicies } from '../../../lambda/adapters/local/sqlite-policies.ts';
import { counterKeys, type FinalEntries, finalEntries } from '../../../lambda/adapters/local/sqlite-scan.ts';
import { LedgerFileError } from '../../../lambda/adapters/local/sqlite-schema.ts';
import { systemClock } from '../../../lambda/adapters/node/clock.ts';
import { systemRandom } from '../../../lambda/adapters/node/random.ts';
import { counterOf } from '../../../lambda/ledger/items.ts';
import { OperateProblem } from '../../../lambda/ledger/operate/problem.ts';
import type { OperatePorts } from '../../../lambda/ledger/operate/write.ts';
import type { Item } from '../../../lambda/ports/ledger-store.ts';
import { identityName, userName } from './who.ts';

/** The ledger to work on: a table on AWS if one is named, else a data folder. */
export interface WorldOptions {
  readonly data: string;
  readonly table?: string;
  readonly index: string;
  readonly region?: string;
}

/** A ledger, and what is beside it. */
export interface World extends OperatePorts {
  /** What only a data folder has; undefined on AWS. */
  readonly local: LocalWorld | undefined;
  /** Who does it, unless it is said. */
  who(): Promise<string>;
  close(): void;
}

export interface LocalWorld {
  readonly auditFolder: string;
  /** Scopes that have a counter. */
  scopes(): readonly string[];
  finals(wanted: (entry: Item) => boolean): FinalEntries;
}

/** A person waits, often far from the Region; a gateway could not. */
const AWS_CONNECT_MS = 3_000;
const AWS_REQUEST_MS = 10_000;

/** Throws an `OperateProblem` where there is no ledger. */
export function openWorld(options: WorldOptions): World {
  return options.table === undefined ? openLocal(options.data) : openAws(options.table, options);
}

function openLocal(folder: string): World {
  let opened: ReturnType<typeof openSqlitePolicies>;
  try {
    opened = openSqlitePolicies(folder);
  } catch (error) {
    if (!(error instanceof LedgerFileError)) throw error;
    throw new OperateProblem(
      `${error.message}; start the gateway there once, name its data folder with --data, or a table on AWS with --table`,
    );
  }
  const { store, db, close } = opened;
  return {
    store,
    clock: systemClock,
    random: systemRandom,
    // The gateway remembers its counters and reads the head at each request: it needs no fence, and would not see one.
    fence: false,
    local: {
      auditFolder: join(folder, AUDIT_FOLDER),
      scopes: () => [...new Set(counterKeys(db).map((key) => counterOf(key)?.scope ?? ''))],
      finals: (wanted) => finalEntries(db, wanted),
    },
    who: async () => userName(),
    close,
  };
}

function openAws(table: string, { index, region }: WorldOptions): World {
  const client = createDynamoClient({
    connectMs: AWS_CONNECT_MS,
    requestMs: AWS_REQUEST_MS,
    aws: region === undefined ? {} : { region },
  });
  return {
    store: createDynamoStore({ client, table, index }),
    clock: systemClock,
    random: systemRandom,
    fence: true,
    local: undefined,
    who: identityName,
    close() {
      client.then(
        (calls) => calls.close(),
        () => undefined,
      );
    },
  };
}
