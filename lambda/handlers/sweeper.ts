import { createDynamoClient, createDynamoStore } from '../adapters/aws/dynamo-store.ts';
import { systemClock as clock } from '../adapters/node/clock.ts';
import { createIds } from '../adapters/node/ids.ts';
import { systemRandom as random } from '../adapters/node/random.ts';
import { createTelemetry } from '../adapters/node/telemetry.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { ENV, required } from '../env.ts';
import { createLedger } from '../ledger/create-ledger.ts';
import type { ReapReport } from '../ledger/ledger.ts';

/** Milliseconds past its end before a journal is taken, for clocks that differ. Safety does not depend on it. */
const GRACE_MS = 60_000;

const ids = createIds();

const ledger = createLedger({
  store: createDynamoStore({
    client: createDynamoClient(),
    table: required(process.env, ENV.ledgerTable),
    index: required(process.env, ENV.ledgerIndex),
  }),
  clock,
  ids,
  random,
  environment: `${required(process.env, ENV.environment)}-sweeper-${ids.next(clock.now())}`,
  admitMs: DEFAULT_LIMITS.admitMs,
  longestRequestMs: DEFAULT_LIMITS.requestMs,
  telemetry: createTelemetry({ format: 'json', write: (line) => process.stdout.write(`${line}\n`) }),
});

/** Called every minute: settles what crashed gateways left. The report lands in the scheduler's invocation result. */
export async function handler(): Promise<ReapReport> {
  return await ledger.reap(clock.now() - GRACE_MS);
}
