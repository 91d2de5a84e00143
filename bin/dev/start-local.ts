import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { localSealerKey } from '../../lambda/adapters/local/sealer-key.ts';
import { systemClock } from '../../lambda/adapters/node/clock.ts';
import { startServer } from '../../lambda/adapters/node/http-server.ts';
import { createIds } from '../../lambda/adapters/node/ids.ts';
import { systemRandom } from '../../lambda/adapters/node/random.ts';
import { createSandboxUpstream } from '../../lambda/adapters/node/sandbox/sandbox.ts';
import { createSealers } from '../../lambda/adapters/node/sealers.ts';
import { createEnvSecrets } from '../../lambda/adapters/node/secrets-env.ts';
import { createTelemetry } from '../../lambda/adapters/node/telemetry.ts';
import { createUndiciUpstream } from '../../lambda/adapters/node/upstream-undici.ts';
import { startAuditor } from '../../lambda/jobs/auditor/start-auditor.ts';
import { createGateway } from '../../lambda/pipeline/serve.ts';
import { banner } from './banner.ts';
import { DEFAULT_DATA, type DevFlags } from './flags.ts';
import { startHousekeeping } from './housekeeping.ts';
import { type Env, takeConfig, takeFolder } from './inputs.ts';
import { localBedrock } from './local-bedrock.ts';
import { openLocalLedger } from './local-ledger.ts';

export interface LocalGateway {
  readonly url: string;
  /** What to show a person. */
  readonly banner: string;
  /** Takes nothing new, lets running requests end, settles and exports everything, and gives the data folder back. */
  stop(): Promise<void>;
}

/**
 * The gateway over local adapters. Everything an earlier process left unfinished is settled and exported before the
 * first request is taken, so budgets and audit are right from the start. Rejects with a `StartProblem`.
 */
export async function startLocal(
  flags: DevFlags,
  env: Env,
  write: (line: string) => void,
): Promise<LocalGateway> {
  const read = takeConfig(flags.config);
  const folder = resolve(flags.data);
  const lock = takeFolder(folder);
  const clock = systemClock;
  const ids = createIds();
  const environment = ids.next(clock.now());
  const telemetry = flags.log === 'off' ? { emit() {} } : createTelemetry({ write, format: flags.log });
  const opened = openLocalLedger(folder, read.config, { clock, ids, telemetry, environment });
  const { sqlite, ledger, book, alerts, auditFolder } = opened;
  await book.refresh();
  const { abandoned } = await ledger.reap(Number.MAX_SAFE_INTEGER);
  const auditor = startAuditor({ feed: sqlite.feed, sink: opened.auditSink, clock, telemetry });
  await auditor.flush();
  const http = createUndiciUpstream();
  const bedrock = localBedrock(env, http);
  const sealerKey = localSealerKey(folder, randomBytes);
  const gateway = createGateway({
    clock,
    ids,
    random: systemRandom,
    telemetry,
    ledger,
    book,
    upstreams: { http, sandbox: createSandboxUpstream({ clock }), bedrock },
    sealers: createSealers(async () => sealerKey),
    secrets: createEnvSecrets(env),
    config: read.config,
    configVersion: read.hash,
    environment,
    world: 'local',
    keyOf: (name) => env[name],
  });
  const giveBack = () => {
    sqlite.close();
    lock.release();
  };
  const { host, port } = flags;
  const server = await startServer({ host, port, handle: gateway.serve, telemetry }).catch(
    (error: unknown) => {
      giveBack();
      throw error;
    },
  );
  const housekeeping = startHousekeeping(ledger, (before) => sqlite.prune(before), clock, telemetry);

  async function stop(): Promise<void> {
    housekeeping.stop();
    await Promise.all([server.close(), gateway.drain()]);
    await ledger.close();
    await alerts.stop();
    await auditor.flush();
    await auditor.stop();
    await Promise.all([http.close(), bedrock.close()]);
    giveBack();
  }

  return {
    url: server.url,
    banner: banner(gateway.setup, {
      url: server.url,
      configFile: resolve(flags.config),
      ledgerFile: join(folder, 'ledger.db'),
      auditFolder,
      dataFlag: folder === resolve(DEFAULT_DATA) ? '' : `--data ${flags.data} `,
      abandoned,
    }),
    stop,
  };
}
