import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LEDGER_INDEX_NAME } from '../../lambda/env.ts';
import { headOf } from '../../lambda/ledger/in-force.ts';
import { urlEvent } from '../runtime/events.ts';
import { startRuntime } from '../runtime/runtime.ts';
import { openEmulatedStore } from '../support/dynamo-fake-store.ts';
import { deploy, type Outputs } from './deploy.ts';
import type { Emulator } from './emulator.ts';
import { aliasVersion, moveAlias } from './functions.ts';
import { check } from './report.ts';

const FIRST = resolve('.cache/aws/first-gateway');
const LOWERED = resolve('.cache/aws/lowered.yaml');

/** What the function finds in its environment: AWS sets the version that the alias names. */
export function gatewayEnv(
  emulator: Emulator,
  outputs: Outputs,
  bundle: string,
  version: string,
): Record<string, string> {
  return {
    ...emulator.env,
    TOLLGATE_ENVIRONMENT: 'test',
    LEDGER_TABLE: outputs.LedgerTable,
    LEDGER_INDEX: LEDGER_INDEX_NAME,
    CONFIG_HASH: createHash('sha256')
      .update(readFileSync(`${bundle}/config.json`))
      .digest('hex'),
    AWS_LAMBDA_FUNCTION_NAME: 'gateway',
    AWS_LAMBDA_FUNCTION_VERSION: version,
  };
}

/**
 * A second deploy that lowers a budget, and a rollback of the alias to the first version. The bundle of the version that
 * the alias names runs under AWS's own runtime client, because the emulator's cannot stream.
 */
export async function checkRollback(emulator: Emulator, outputs: Outputs, bundle: string): Promise<void> {
  cpSync(bundle, FIRST, { recursive: true });
  const first = await aliasVersion(emulator, 'Gateway');
  const ask = async (folder: string) => {
    const version = await aliasVersion(emulator, 'Gateway');
    const runtime = await startRuntime(folder, gatewayEnv(emulator, outputs, folder, version));
    try {
      const body = { model: 'sandbox', messages: [{ role: 'user', content: 'Say hello' }] };
      const invocation = runtime.invoke(urlEvent('/v1/chat/completions', body));
      const { statusCode } = await invocation.prelude;
      const text = await invocation.text();
      await runtime.api.idle();
      return { statusCode, text };
    } finally {
      await runtime.stop();
    }
  };
  const { store, close } = openEmulatedStore({
    url: emulator.endpoint,
    table: outputs.LedgerTable,
    index: LEDGER_INDEX_NAME,
  });
  try {
    await check(
      'a deploy that lowers a budget publishes a version whose limits are in force at once',
      async () => {
        assert.equal((await headOf(store)).number, Number(first));
        const yaml = readFileSync('test/aws/tollgate.yaml', 'utf8');
        const lowered = yaml.replace('limit_usd: 1,', 'limit_usd: 0.000001,');
        assert.notEqual(lowered, yaml);
        writeFileSync(LOWERED, lowered);
        await deploy(emulator, LOWERED);
        assert.equal(Number(await aliasVersion(emulator, 'Gateway')), Number(first) + 1);
        const { statusCode, text } = await ask(bundle);
        assert.equal(statusCode, 429, text);
        assert.match(text, /"limit_usd":"0\.000001"/);
        assert.equal((await headOf(store)).number, Number(first) + 1);
      },
    );
    await check('a rollback of the alias keeps the newer limits', async () => {
      await moveAlias(emulator, 'Gateway', first);
      const { statusCode, text } = await ask(FIRST);
      assert.equal(statusCode, 429, text);
      assert.match(text, /"limit_usd":"0\.000001"/);
      assert.equal((await headOf(store)).number, Number(first) + 1);
    });
  } finally {
    await close();
  }
}
