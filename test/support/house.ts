/**
 * Who may import whom: the walls of the house, as the one data structure that `test/tidy.test.ts` enforces and
 * `docs/ARCHITECTURE.md` shows. Paths are prefixes; a room may always import itself. `node` lists the built-in modules,
 * `packages` the npm packages, `types` the prefixes of which only types may be imported.
 */
export interface Room {
  readonly path: string;
  readonly why: string;
  readonly imports: readonly string[];
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
  readonly node?: readonly string[];
}

const PURE_NODE = ['node:crypto', 'node:net', 'node:zlib'];

export const HOUSE: readonly Room[] = [
  {
    path: 'lambda/core',
    why: 'pure decisions: no clock, chance, environment or I/O',
    imports: ['lambda/wire'],
    packages: ['zod', 'zod/mini', 'ibantools', 'lru-cache'],
    node: PURE_NODE,
  },
  {
    path: 'lambda/wire',
    why: 'incremental byte work, pure',
    imports: [],
    node: ['node:buffer', 'node:zlib'],
  },
  { path: 'lambda/catalog', why: 'prices and capabilities as data', imports: ['lambda/core'] },
  { path: 'lambda/ports', why: 'interfaces to the world', imports: ['lambda/core'] },
  {
    path: 'lambda/formats',
    why: 'one wire format each',
    imports: ['lambda/core', 'lambda/wire'],
    packages: ['zod', 'zod/mini'],
    node: ['node:crypto'],
  },
  {
    path: 'lambda/ledger',
    why: 'budgets that cannot be overspent',
    imports: ['lambda/core', 'lambda/ports', 'lambda/catalog'],
    packages: ['lru-cache'],
  },
  {
    path: 'lambda/jobs',
    why: 'what runs without a caller',
    imports: ['lambda/core', 'lambda/ports', 'lambda/catalog', 'lambda/ledger'],
  },
  {
    path: 'lambda/dialects',
    why: "a format from the caller's side",
    imports: ['lambda/formats', 'lambda/core', 'lambda/wire', 'lambda/catalog'],
  },
  {
    path: 'lambda/providers',
    why: "a format from the upstream's side",
    imports: ['lambda/formats', 'lambda/core', 'lambda/wire', 'lambda/catalog'],
  },
  {
    path: 'lambda/pipeline',
    why: 'the journey of a request, one room per file',
    imports: [
      'lambda/core',
      'lambda/wire',
      'lambda/formats',
      'lambda/dialects',
      'lambda/providers',
      'lambda/ledger',
      'lambda/ports',
      'lambda/catalog',
    ],
    packages: ['lru-cache'],
  },
  {
    path: 'lambda/adapters/node',
    why: 'HTTP, time, ids and the sandbox, for every world',
    imports: ['lambda/ports', 'lambda/core', 'lambda/wire', 'lambda/formats'],
    packages: ['lru-cache', 'undici', 'uuid', 'yaml', 'zod'],
    node: [
      'node:http',
      'node:https',
      'node:net',
      'node:events',
      'node:stream',
      'node:crypto',
      'node:tls',
      'node:util',
    ],
  },
  {
    path: 'lambda/adapters/local',
    why: 'SQLite and files',
    imports: [
      'lambda/ports',
      'lambda/core',
      'lambda/wire',
      'lambda/formats',
      'lambda/ledger/evaluate.ts',
      'lambda/adapters/node',
    ],
    packages: ['lru-cache'],
    node: ['node:sqlite', 'node:fs', 'node:fs/promises', 'node:path', 'node:util', 'node:zlib'],
  },
  {
    path: 'lambda/adapters/aws',
    why: 'DynamoDB, Firehose, Secrets Manager, Bedrock, the Lambda stream',
    imports: [
      'lambda/ports',
      'lambda/core',
      'lambda/wire',
      'lambda/formats',
      'lambda/ledger/evaluate.ts',
      'lambda/adapters/node',
    ],
    packages: [
      'lru-cache',
      '@aws-sdk/client-bedrock-runtime',
      '@aws-sdk/client-dynamodb',
      '@aws-sdk/client-firehose',
      '@aws-sdk/client-secrets-manager',
      '@aws-sdk/client-sns',
      '@types/aws-lambda',
      'aws-lambda',
    ],
    node: ['node:stream', 'node:fs', 'node:crypto', 'node:path', 'node:url'],
  },
  {
    path: 'lambda/handlers',
    why: 'composition roots, one per deployed function',
    imports: ['lambda'],
    packages: ['@middy/core', '@middy/core/StreamifyResponse', 'aws-lambda'],
    node: ['node:stream', 'node:url', 'node:path'],
  },
  {
    path: 'lib',
    why: 'infrastructure',
    imports: ['lambda/env.ts', 'lambda/core/config', 'lambda/core/limits.ts', 'lambda/core/audit'],
    packages: ['aws-cdk-lib', 'constructs', 'cdk-nag'],
    node: ['node:path', 'node:url', 'node:fs'],
  },
  {
    path: 'bin',
    why: 'what people start: the local gateway, the CLI, the CDK app',
    imports: ['lambda', 'lib'],
    packages: [
      'aws-cdk-lib',
      'constructs',
      'cdk-nag',
      'commander',
      'cli-table3',
      'esbuild',
      '@duckdb/node-api',
      'zod',
    ],
    node: ['node:'],
  },
];
