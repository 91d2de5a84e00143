import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Running, startProcess } from './processes.ts';

/** The development key of the callers below; every load run sends it, to the bare proxy too. */
export const KEY = 'bench-key';

export interface GatewayOptions {
  readonly upstream: string;
  /** Redact every class of data. */
  readonly guard: boolean;
  readonly cpu: string | undefined;
  /** More arguments for Node. */
  readonly node?: readonly string[];
}

/** The gateway as `npm start` runs it: ledger and audit files on disk, every request bound by four budgets. */
export async function startGateway({ upstream, guard, cpu, node = [] }: GatewayOptions): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
  const config = join(folder, 'tollgate.yaml');
  writeFileSync(config, configFor(upstream, guard));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const args = [
    ...startFlags(),
    'bin/dev.ts',
    '--port',
    '0',
    '--data',
    join(folder, 'data'),
    '--config',
    config,
  ];
  const running = await startProcess({
    name: 'the gateway',
    args: [...node, ...args, '--log', 'off'],
    cpu,
    // Bedrock's requests are signed for real, with credentials that nobody checks.
    env: { TOLLGATE_BENCH_KEY: KEY, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' },
  });
  return {
    ...running,
    async stop() {
      await running.stop();
      remove();
    },
  };
}

/** Node's options in the script behind `npm start`, so that the bench runs what people run. */
function startFlags(): readonly string[] {
  // Our own file, in npm's documented shape.
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  return (manifest.scripts['start'] ?? '').split(' ').filter((word) => word.startsWith('--'));
}

function configFor(upstream: string, guard: boolean): string {
  const action = guard ? 'redact' : 'allow';
  return `providers:
  mock: { type: openai-compatible, base_url: "${upstream}/v1" }
  anthropic: { type: anthropic, base_url: "${upstream}/v1", key: { env: TOLLGATE_BENCH_KEY } }
  bedrock: { type: bedrock, region: eu-central-1, base_url: "${upstream}" }
models:
  mock-*:
    targets: [{ provider: mock }]
    price: { input: 0.75, output: 4.50 }
    capabilities: { context_tokens: 1000000, max_output_tokens: 16384 }
${['anthropic', 'bedrock']
  .map(
    (name) => `  ${name}-mock-*:
    targets: [{ provider: ${name} }]
    price: { input: 0.75, output: 4.50 }
    capabilities: { context_tokens: 1000000, max_output_tokens: 16384 }`,
  )
  .join('\n')}
callers:
  - { key: { env: TOLLGATE_BENCH_KEY }, team: bench, app: load }
budgets:
  - { scope: account, limit_usd: 100000000, window: day }
  - { scope: account, limit_usd: 1000000000, window: month }
  - { scope: team:bench, limit_usd: 100000000, window: day }
  - { scope: app:bench/load, limit_usd: 100000000, window: day }
guard:
  classes: { credential: ${action}, card: ${action}, financial: ${action}, contact: ${action} }
`;
}
