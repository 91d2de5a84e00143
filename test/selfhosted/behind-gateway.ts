import OpenAI from 'openai';
import {
  auditRows,
  type ExportedRow,
  type LocalGatewayProcess,
  startGateway,
} from '../support/local-gateway.ts';
import { type Llama, startLlama } from './llama.ts';
import { until } from './until.ts';

/** Nano US dollars per token, so that every cost here is a sum of whole numbers. */
export const PRICE = { input: 150, cacheRead: 75, output: 600 } as const;
export const LIMIT_NANO = 5_000_000_000;

/** Port 9 of the loopback interface is nobody's: reserved for a service that discards what it gets. */
const yaml = (llama: string) => `
providers:
  llama: { type: openai-compatible, base_url: "${llama}/v1" }
  down: { type: openai-compatible, base_url: "http://127.0.0.1:9/v1" }
models:
  small:
    targets: [{ provider: llama, model: smollm2 }]
    price: &price { input: 0.15, output: 0.60, cache_read: 0.075 }
    max_output_tokens: 256
  second-choice:
    targets: [{ provider: down, model: smollm2 }, { provider: llama, model: smollm2 }]
    price: *price
    max_output_tokens: 256
budgets:
  - { scope: account, limit_usd: 5, window: day }
`;

export interface BehindGateway {
  readonly llama: Llama;
  readonly gateway: LocalGatewayProcess;
  /** A client of the gateway. */
  readonly client: OpenAI;
  /** A client of the server itself, for what the gateway is compared with. */
  readonly direct: OpenAI;
  /** The audit row of a request, by the id that the answer's headers gave. */
  row(answer: Response): Promise<ExportedRow>;
  rowWhere(matches: (row: ExportedRow) => boolean): Promise<ExportedRow>;
  end(): Promise<void>;
}

/** A real llama.cpp server, and a gateway process in front of it. */
export async function startBehindGateway(): Promise<BehindGateway> {
  const llama = await startLlama();
  const gateway = await startGateway({ yaml: yaml(llama.url) });
  if (gateway.url === '') {
    await llama.kill();
    throw new Error(`the gateway did not start:\n${gateway.output()}`);
  }
  const rowWhere = (matches: (row: ExportedRow) => boolean) =>
    until('the audit row is exported', () => auditRows(gateway.data).find(matches));
  return {
    llama,
    gateway,
    client: new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'any', maxRetries: 0 }),
    direct: new OpenAI({ baseURL: `${llama.url}/v1`, apiKey: 'any', maxRetries: 0 }),
    row(answer) {
      const id = answer.headers.get('x-tollgate-request-id');
      return rowWhere((row) => row['request_id'] === id);
    },
    rowWhere,
    async end() {
      await gateway.end('SIGINT');
      await llama.kill();
    },
  };
}

/** Greedy and with a fresh prompt cache, so that two answers to the same messages are the same. */
export const repeatable = { temperature: 0, seed: 1, cache_prompt: false } as const;

export function usd(nano: number): string {
  return (nano / 1e9).toFixed(9);
}
