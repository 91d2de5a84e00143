import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import type { Context } from 'aws-lambda';
import { createBedrockUpstream } from '../adapters/aws/bedrock/bedrock-upstream.ts';
import { readBundledConfig } from '../adapters/aws/bundled-config.ts';
import { directRows, lazyPutBatch } from '../adapters/aws/direct-rows.ts';
import { createDynamoClient, createDynamoStore } from '../adapters/aws/dynamo-store.ts';
import type { HttpEvent } from '../adapters/aws/lambda-event.ts';
import { createLambdaExchange, type LambdaAnswer } from '../adapters/aws/lambda-exchange.ts';
import { createSecretsManagerSecrets, secretsManagerReader } from '../adapters/aws/secrets-manager.ts';
import { systemClock as clock } from '../adapters/node/clock.ts';
import { createIds } from '../adapters/node/ids.ts';
import { systemRandom as random } from '../adapters/node/random.ts';
import { createSandboxUpstream } from '../adapters/node/sandbox/sandbox.ts';
import { createSealers } from '../adapters/node/sealers.ts';
import { createTelemetry } from '../adapters/node/telemetry.ts';
import { createHttpsUpstream } from '../adapters/node/upstream-https.ts';
import { configHash, limitsHash } from '../core/config/hash.ts';
import { limitsOf } from '../core/config/limits.ts';
import { deployed, ENV, required } from '../env.ts';
import { createLedger } from '../ledger/create-ledger.ts';
import { createLimitsBook } from '../ledger/create-limits-book.ts';
import { withAllowance } from '../ledger/outage/allowance.ts';
import { guardStore } from '../ledger/outage/breaker.ts';
import { createGateway } from '../pipeline/serve.ts';

const env = process.env;
const environment = required(env, ENV.environment);
const config = readBundledConfig(new URL('config.json', import.meta.url), required(env, ENV.configHash));

const { admitMs, requestMs: longestRequestMs } = limitsOf(config);
const telemetry = createTelemetry({ format: 'json', write: (line) => process.stdout.write(`${line}\n`) });
const ids = createIds();

const table = createDynamoStore({
  // Begins to load AWS's client, the larger part of a cold start, while the runtime still fetches the first event.
  client: createDynamoClient(),
  table: required(env, ENV.ledgerTable),
  index: required(env, ENV.ledgerIndex),
});
const store = guardStore(table, { clock, random, telemetry });

/** Set where a budget allows something while the ledger is away. */
const auditStream = env[ENV.auditStream];

/** Milliseconds after which an environment reads again what is in force and stopped: below the ten seconds promised. */
const REFRESH_MS = 5_000;

const book = createLimitsBook({
  store,
  clock,
  telemetry,
  own: { limits: config, hash: limitsHash(config), ...deployed(env) },
  refreshMs: REFRESH_MS,
});

const ledger = withAllowance(
  createLedger({
    store,
    clock,
    ids,
    random,
    environment: `${environment}-${ids.next(clock.now())}`,
    admitMs,
    longestRequestMs,
    policyVersion: (scope) => book.policyVersion(scope),
    telemetry,
  }),
  {
    clock,
    telemetry,
    rowsAway:
      auditStream === undefined
        ? undefined
        : directRows({ open: lazyPutBatch(auditStream), sleep: clock.sleep }),
  },
);

const http = createHttpsUpstream();
const readSecret = secretsManagerReader();
const sealerSecret = env[ENV.sealerSecret];

const gateway = createGateway({
  clock,
  ids,
  random,
  telemetry,
  ledger,
  book,
  upstreams: {
    http,
    sandbox: createSandboxUpstream({ clock }),
    bedrock: createBedrockUpstream({ http }),
  },
  sealers: createSealers(async () => {
    const secret = sealerSecret === undefined ? undefined : await readSecret(sealerSecret);
    return secret === undefined ? undefined : Buffer.from(secret);
  }),
  secrets: createSecretsManagerSecrets({ read: readSecret, now: clock.monotonic }),
  config,
  configVersion: configHash(config),
  environment,
  world: 'aws',
  keyOf: () => undefined,
});

/** Running requests by their event, for the hook that keeps the environment awake until each has settled. */
const serving = new WeakMap<object, Promise<void>>();

export const handler = middy<HttpEvent, LambdaAnswer>(
  async (event: HttpEvent, context: Context) => {
    const { exchange, answer, finish } = createLambdaExchange(event, () =>
      context.getRemainingTimeInMillis(),
    );
    serving.set(event, gateway.serve(exchange).finally(finish));
    return await answer;
  },
  {
    executionMode: executionModeStreamifyResponse,
    // The pipeline keeps its own deadline; middy's would end the request without settling it.
    timeoutEarlyInMillis: 0,
    // Runs after the last byte left. Until it resolves the runtime asks for no further event and is not frozen.
    requestEnd: ({ event }) => (typeof event === 'object' && event !== null ? serving.get(event) : undefined),
  },
);
