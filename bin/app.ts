import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { formatProblems, readConfig } from '../lambda/adapters/node/config-file.ts';
import type { Config } from '../lambda/core/config/schema.ts';
import { addTollgate } from '../lib/tollgate.ts';
import { bundleFunctions } from './bundle.ts';
import { shippedQueries } from './commands/query/shipped.ts';

const app = new App();
const file = context('config') ?? 'tollgate.yaml';
const config = readOrExit(file);
const concurrency = context('reservedConcurrency');

addTollgate(app, {
  environment: context('environment') ?? 'prod',
  config,
  bundles: await bundles(config),
  ...(concurrency === undefined ? {} : { reservedConcurrency: Number(concurrency) }),
  ...(context('athenaQueries') === 'true' ? { queries: shippedQueries() } : {}),
});
// Only synthesis itself runs the security rules; the CLI would do it at exit, where a failure has no place to go.
app.synth();

/** A value of `npx cdk ... -c NAME=VALUE`, or of `context` in cdk.json. */
function context(name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined ? undefined : String(value);
}

/** A config with problems is no fault of the program: they are printed with their lines, without a stack. */
function readOrExit(source: string): Config {
  const reading = readConfig(readFileSync(source, 'utf8'), source);
  if (reading.ok) return reading.config;
  process.stderr.write(formatProblems(reading.problems, source));
  process.exit(1);
}

async function bundles(valid: Config) {
  const { folders, configHash } = await bundleFunctions(valid);
  return { ...folders, configHash };
}
