import { type LocalGatewayProcess, startGateway } from './local-gateway.ts';
import { type ReplayUpstream, startReplayUpstream } from './replay-upstream.ts';

export interface ReplayGateway {
  readonly upstream: ReplayUpstream;
  readonly gateway: LocalGatewayProcess;
  /** Base URL without a version, for clients of the Messages format. */
  readonly url: string;
  /** Base URL with its version, for clients of chat completions. */
  readonly v1: string;
  close(): Promise<void>;
}

/** The key that the gateway sends to the replayed providers. */
export const UPSTREAM_KEY = 'sk-upstream-of-the-replay';

/**
 * Models of every upstream format, all answered by one replay. The `lenient` ones drop
 * what the other format cannot say instead of refusing it.
 */
function config(upstream: string, more: string): string {
  return `${more}
providers:
  chat: { type: openai-compatible, base_url: "${upstream}/v1", key: { env: UPSTREAM_KEY } }
  claude: { type: anthropic, base_url: "${upstream}/v1", key: { env: UPSTREAM_KEY } }
  deepseek:
    { type: openai-compatible, preset: deepseek, base_url: "${upstream}/v1", key: { env: UPSTREAM_KEY } }
  aws: { type: bedrock, region: us-east-1, base_url: "${upstream}", key: { env: UPSTREAM_KEY } }
models:
  "gpt-*": { targets: [{ provider: chat }] }
  "text-embedding-*": { targets: [{ provider: chat }] }
  "deepseek-*": { targets: [{ provider: deepseek }] }
  "claude-*": { targets: [{ provider: claude }] }
  nova: { targets: [{ provider: aws, model: us.amazon.nova-lite-v1:0 }] }
  bedrock-haiku: { targets: [{ provider: aws, model: us.anthropic.claude-haiku-4-5-20251001-v1:0 }] }
  lenient-gpt: { targets: [{ provider: chat, model: gpt-5.4-mini }], unsupported: drop }
  lenient-deepseek: { targets: [{ provider: deepseek, model: deepseek-reasoner }], unsupported: drop }
  lenient-nova: { targets: [{ provider: aws, model: us.amazon.nova-lite-v1:0 }], unsupported: drop }
  lenient-claude: { targets: [{ provider: claude, model: claude-haiku-4-5 }], unsupported: drop }
guard:
  classes: { credential: block }
`;
}

/** The real gateway process in front of a replay of the providers. `more` are further sections of its config. */
export async function startReplayGateway(
  more = '',
  env: Readonly<Record<string, string>> = {},
): Promise<ReplayGateway> {
  const upstream = await startReplayUpstream();
  const gateway = await startGateway({
    yaml: config(upstream.url, more),
    env: { UPSTREAM_KEY, ...env },
  });
  if (gateway.url === '') {
    await upstream.close();
    throw new Error(gateway.output());
  }
  return {
    upstream,
    gateway,
    url: gateway.url,
    v1: `${gateway.url}/v1`,
    async close() {
      await gateway.end('SIGINT');
      await upstream.close();
    },
  };
}
