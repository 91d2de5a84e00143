import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { configSchema } from '../../lambda/core/config/schema.ts';
import { addTollgate, type TollgateProps } from '../../lib/tollgate.ts';

export const config = configSchema.parse({
  providers: {
    openai: { type: 'openai', key: { env: 'OPENAI_API_KEY', secret: 'tollgate/openai' } },
    sandbox: { type: 'sandbox' },
  },
  models: { fast: { targets: [{ provider: 'openai', model: 'gpt-5-mini' }] } },
});

const root = mkdtempSync(join(tmpdir(), 'tollgate-infra-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** A deployment over stand-in bundles: these tests are about the templates, not about the functions. */
export function deployment(
  options: Partial<Pick<TollgateProps, 'reservedConcurrency' | 'queries' | 'config'>> = {},
) {
  const dir = mkdtempSync(join(root, 'deployment-'));
  const folder = (name: string) => {
    mkdirSync(join(dir, name));
    writeFileSync(join(dir, name, 'index.mjs'), `export const handler = async () => '${name}';\n`);
    return join(dir, name);
  };
  const bundles = {
    gateway: folder('gateway'),
    sweeper: folder('sweeper'),
    auditor: folder('auditor'),
    alerter: folder('alerter'),
    configHash: 'ab'.repeat(32),
  };
  const context = JSON.parse(readFileSync('cdk.json', 'utf8')).context;
  const app = new App({
    context: { ...context, 'aws:cdk:disable-asset-staging': true },
    outdir: join(dir, 'out'),
  });
  const stacks = addTollgate(app, {
    environment: 'test',
    config,
    bundles,
    ...options,
  });
  return { app, ...stacks };
}

export function templates() {
  const { app, stateful, stateless } = deployment();
  return { app, data: Template.fromStack(stateful), gateway: Template.fromStack(stateless) };
}
