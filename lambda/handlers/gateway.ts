import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import type { Context } from 'aws-lambda';
import { createBedrockUpstream } from '../adapters/aws/bedrock/bedrock-upstream.ts';
import { readBundledConfig } from '../adapters/aws/bundled-config.ts';
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
import { configHash } from '../core/config/hash.ts';
import { limitsOf } from '../core/config/limits.ts';
import { ENV, required } from '../env.ts';
import { createLedger } from '../ledger/create-ledger.ts';
import { createGateway } from '../pipeline/serve.ts';

const env = process.env;
const environment = required(env, ENV.environment);
const config = readBundledConfig(new URL('config.json', import.meta.url), required(env, ENV.configHash));

const { admitMs, requestMs: longestRequestMs } = limitsOf(config);
const telemetry = createTelemetry({ format: 'json', write: (line) => process.stdout.write(`${line}\n`) });
const ids = createIds();

const ledger = createLedger({
  store: createDynamoStore({
    // Begins to load AWS's client, the larger part of a cold start, while the runtime still fetches the first event.
    client: createDynamoClient(),
    table: required(env, ENV.ledgerTable),
    index: required(env, ENV.ledgerIndex),
  }),
  clock,
  ids,
  random,
  environment: `${environment}-${ids.next(clock.now())}`,
  admitMs,
  longestRequestMs,
  telemetry,
});

const http = createHttpsUpstream();
const readSecret = secretsManagerReader();
const sealerSecret = env[ENV.sealerSecret];

const gateway = createGateway({
  clock,
  ids,
  random,
  telemetry,
  ledger,
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
