import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from '../../bin/bundle.ts';
import { readConfig } from '../../lambda/adapters/node/config-file.ts';
import { ENV } from '../../lambda/env.ts';
import { startDynamoFake } from '../support/dynamo-fake.ts';
import type { Figure } from './figures.ts';
import type { Machine } from './machine.ts';
import { runProcess } from './processes.ts';
import { chunksOf, type Size } from './sizes.ts';
import { median, spread } from './stats.ts';

/** Fresh processes of each kind; the median counts. */
const STARTS = 15;
const IMPORT_AIM_MS = 40;
const FIRST_REQUEST_AIM_MS = 150;

export interface HandlerMeasured {
  readonly figures: readonly Figure[];
  readonly sizes: readonly Size[];
}

interface ColdStart {
  readonly importMs: number;
  readonly firstByteMs: number;
}

/** The sandbox answers inside the function, so the first byte waits for the ledger and for nothing else. */
const CONFIG = `providers:
  sandbox: { type: sandbox }
models:
  sandbox-*:
    targets: [{ provider: sandbox }]
    max_output_tokens: 1024
budgets:
  - { scope: account, limit_usd: 1000000, window: day }
  - { scope: account, limit_usd: 1000000, window: month }
`;

const EVENT = JSON.stringify({
  version: '2.0',
  rawPath: '/v1/chat/completions',
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  requestContext: {
    http: { method: 'POST', path: '/v1/chat/completions' },
    authorizer: {
      iam: {
        accountId: '123456789012',
        userArn: 'arn:aws:sts::123456789012:assumed-role/bench/session',
        callerId: 'AROAEXAMPLE:session',
      },
    },
  },
  body: JSON.stringify({
    model: 'sandbox-fast',
    stream: true,
    messages: [{ role: 'user', content: 'Say hello' }],
  }),
  isBase64Encoded: false,
});

/** Size, import time and first request of the deployed function, beside a handler that does nothing. */
export async function measureHandler(
  machine: Machine,
  tell: (line: string) => void,
): Promise<HandlerMeasured> {
  tell('bundling the functions');
  const read = readConfig(CONFIG, 'bench');
  if (!read.ok) throw new Error('the configuration of the bench is wrong');
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bundle-'));
  const bundle = await bundleFunctions(read.config, folder);
  const dynamo = await startDynamoFake();
  const own = join(bundle.folders.gateway, 'index.mjs');
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: dynamo.url,
    [ENV.ledgerTable]: 'ledger',
    [ENV.ledgerIndex]: 'open-journals',
    [ENV.configHash]: bundle.configHash,
    [ENV.environment]: 'bench',
  };
  const start = (file: string, event: readonly string[]) => coldStart(file, event, env, machine);
  tell(`starting the handler ${STARTS} times to import it, and as often to serve a request`);
  const starts: { imported: [ColdStart, ColdStart]; served: [ColdStart, ColdStart] }[] = [];
  for (let index = -1; index < STARTS; index++) {
    const imported: [ColdStart, ColdStart] = [await start(bareFile, []), await start(own, [])];
    const served: [ColdStart, ColdStart] = [await start(bareFile, [EVENT]), await start(own, [EVENT])];
    // The first of all finds files that nobody read before.
    if (index >= 0) starts.push({ imported, served });
  }
  await dynamo.close();
  rmSync(folder, { recursive: true });
  return {
    sizes: chunksOf(bundle.metafiles),
    figures: [
      figure(
        'import',
        IMPORT_AIM_MS,
        starts.map(({ imported: [bare, full] }) => [bare.importMs, full.importMs]),
      ),
      figure(
        'import to first admitted byte',
        FIRST_REQUEST_AIM_MS,
        starts.map(({ served: [bare, full] }) => [bare.firstByteMs, full.firstByteMs]),
      ),
    ],
  };
}

const bareFile = fileURLToPath(new URL('harness/bare-handler.mjs', import.meta.url));
const coldFile = fileURLToPath(new URL('harness/cold-start.mjs', import.meta.url));

async function coldStart(
  file: string,
  event: readonly string[],
  env: Readonly<Record<string, string>>,
  machine: Machine,
): Promise<ColdStart> {
  const cpu = machine.cpus?.target;
  const output = await runProcess({ name: 'the handler', args: [coldFile, file, ...event], cpu, env });
  // The last line is printed by our own program in exactly this shape; the handler logs before it.
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as ColdStart;
}

function figure(what: string, aim: number, pairs: readonly (readonly [number, number])[]): Figure {
  const floor = median(pairs.map(([bare]) => bare));
  const own = median(pairs.map(([, full]) => full));
  const range = spread(pairs.map(([bare, full]) => full - bare));
  const difference = { low: own - floor, high: own - floor, ...range, median: own - floor };
  return { of: 'handler', what, unit: 'ms', floor, own, compared: 'plus', difference, aim };
}
