import { App } from 'aws-cdk-lib';
import type { Config } from '../lambda/core/config/schema.ts';
import { addTollgate } from '../lib/tollgate.ts';
import { bundleFunctions } from './bundle.ts';
import { shippedQueries } from './commands/query/shipped.ts';
import { configOrExit } from './config-or-exit.ts';

const app = new App();
const config = configOrExit(context('config') ?? 'tollgate.yaml');
const concurrency = context('reservedConcurrency');

addTollgate(app, {
  environment: context('environment') ?? 'prod',
  config,
  bundles: await bundles(config),
  ...(concurrency === undefined ? {} : { reservedConcurrency: Number(concurrency) }),
  ...(context('athenaQueries') === 'true' ? { queries: shippedQueries() } : {}),
});
// Said here, so that a broken rule ends this program with its report and not in an exit hook.
app.synth();

/** A value of `npx cdk ... -c NAME=VALUE`, or of `context` in cdk.json. */
function context(name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined ? undefined : String(value);
}

async function bundles(valid: Config) {
  const { folders, configHash } = await bundleFunctions(valid);
  return { ...folders, configHash };
}
