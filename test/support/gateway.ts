import { readConfig } from '../../lambda/adapters/node/config-file.ts';
import { createSealers } from '../../lambda/adapters/node/sealers.ts';
import { rowOf } from '../../lambda/core/audit/entry.ts';
import type { AuditRow } from '../../lambda/core/audit/row.ts';
import type { LedgerDeps } from '../../lambda/ledger/context.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import type { Ledger } from '../../lambda/ledger/ledger.ts';
import { createGateway, type Gateway } from '../../lambda/pipeline/serve.ts';
import type { LedgerStore } from '../../lambda/ports/ledger-store.ts';
import type { Telemetry, TelemetryEvent } from '../../lambda/ports/telemetry.ts';
import type { Upstream } from '../../lambda/ports/upstream.ts';
import { FakeExchange, type FakeRequest } from './fake-exchange.ts';
import { FixedBook } from './fixed-book.ts';
import { MemoryStore } from './memory-store.ts';
import { ScriptedUpstream } from './scripted-upstream.ts';
import { CountingIds, Dice, VirtualTime, virtualClock } from './virtual-clock.ts';

export const START = Date.UTC(2026, 10, 24, 12);

/** One priced model `m` on one upstream, `two` on two of them, and `free` without a price; no budget. */
export const CONFIG = `
providers:
  one: { type: openai-compatible, base_url: http://one.test/v1 }
  two: { type: openai-compatible, base_url: http://two.test/v1 }
models:
  m:
    targets: [{ provider: one }]
    price: { input: 10, output: 60 }
    capabilities: { context_tokens: 128000, max_output_tokens: 4096, image_tokens: 1000 }
  two:
    targets: [{ provider: one, model: first }, { provider: two, model: second }]
    price: { input: 10, output: 60 }
    capabilities: { max_output_tokens: 4096 }
  free:
    targets: [{ provider: one }]
`;

export interface TestGateway {
  readonly gateway: Gateway;
  readonly time: VirtualTime;
  readonly store: LedgerStore & { readonly items?: MemoryStore['items'] };
  readonly events: TelemetryEvent[];
  /** The limits in force and what is stopped, for a test to change. */
  readonly book: FixedBook;
  /** Serves a request to its end in virtual time. */
  ask(request: FakeRequest | FakeExchange): Promise<FakeExchange>;
  /** Audit rows of everything final so far. */
  rows(): AuditRow[];
}

/** The whole pipeline in process: real rooms and ledger, a scripted upstream, virtual time. */
export function testGateway(
  upstream: Upstream = new ScriptedUpstream({}),
  yaml: string = CONFIG,
  store: LedgerStore & { readonly items?: MemoryStore['items'] } = new MemoryStore(),
  env: Readonly<Record<string, string>> = {},
  /** Stands in for the real ledger, or makes one from what the real one would get. */
  other?: Ledger | ((deps: LedgerDeps & { readonly telemetry: Telemetry }) => Ledger),
): TestGateway {
  const read = readConfig(yaml, 'test.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const time = new VirtualTime(START);
  const clock = virtualClock(time);
  const ids = new CountingIds();
  const random = new Dice(1);
  const events: TelemetryEvent[] = [];
  const telemetry = { emit: (event: TelemetryEvent) => void events.push(event) };
  const book = new FixedBook(read.config);
  const deps = {
    store,
    clock,
    ids,
    random,
    environment: 'test',
    admitMs: 2_000,
    longestRequestMs: 600_000,
    telemetry,
  };
  const ledger = typeof other === 'function' ? other(deps) : (other ?? createLedger(deps));
  const gateway = createGateway({
    clock,
    ids,
    random,
    telemetry,
    ledger,
    book,
    upstreams: { http: upstream, sandbox: upstream, bedrock: upstream },
    sealers: createSealers(async () => new Uint8Array(32).fill(7)),
    secrets: {
      has: (ref) => ref.env !== undefined && env[ref.env] !== undefined,
      get: async (ref) => (ref.env === undefined ? undefined : env[ref.env]),
      renew: async (ref) => (ref.env === undefined ? undefined : env[ref.env]),
    },
    config: read.config,
    configVersion: read.hash,
    environment: 'test',
    world: 'local',
    keyOf: (name) => env[name],
  });
  return {
    gateway,
    time,
    store,
    events,
    book,
    async ask(request) {
      const exchange = request instanceof FakeExchange ? request : new FakeExchange(request);
      await time.finish(gateway.serve(exchange));
      return exchange;
    },
    rows() {
      return [...(store.items?.values() ?? [])]
        .filter((item) => item['st'] === 'F')
        .map((item) => rowOf(item));
    },
  };
}

/** A chat request for model `m`, with what is given on top. */
export function chat(body: object = {}): FakeRequest {
  return { body: { model: 'm', messages: [{ role: 'user', content: 'Say hello.' }], ...body } };
}

/** SSE bytes of some chunks, terminated unless told otherwise. */
export function sse(...chunks: readonly object[]): string {
  return chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
}

export const DONE = 'data: [DONE]\n\n';

export function delta(content: object, finish: string | null = null, index = 0): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'served',
    choices: [{ index, delta: content, finish_reason: finish }],
  };
}

export function usageChunk(prompt: number, completion: number): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'served',
    choices: [],
    usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
  };
}

/** A whole answer that is not streamed. */
export function completion(text: string, prompt = 10, tokens = 5): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'served',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: prompt, completion_tokens: tokens, total_tokens: prompt + tokens },
  };
}
