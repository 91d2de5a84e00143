import { readFileSync } from 'node:fs';
import { findModel } from '../../lambda/catalog/catalog.ts';
import type { AuditRow } from '../../lambda/core/audit/row.ts';
import { recordedExchanges } from '../support/fixtures.ts';
import { testGateway } from '../support/gateway.ts';
import { recordedAnswers } from '../support/recorded-upstreams.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { messagesOf } from './bounds-converse.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);

/** A request as it was recorded, and the answer that the provider gave to it. */
export interface Recorded {
  readonly id: string;
  /** Path of the gateway's route. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly answer: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array };
  /** The provider of the config that stands for the recorded one, and its name of the model. */
  readonly provider: 'openai' | 'compatible' | 'anthropic' | 'bedrock';
  readonly model: string;
}

/** What a price is made of. `own`: the catalogue's, or the sample where the model is not listed. */
export type Prices = 'own' | 'input' | 'output';

/** Sample rates of models without a row: Claude Sonnet 4.5's, which differ in every class. */
const SAMPLE = '{ input: 3, cache_read: 0.3, cache_write: 3.75, cache_write_1h: 6, output: 15 }';
const RATES: Readonly<Record<Exclude<Prices, 'own'>, string>> = {
  // A dollar a million: a nano-dollar is a thousandth of a token.
  input: '{ input: 1, output: 0 }',
  output: '{ input: 0, output: 1 }',
};

/** Recordings of the folders with status 200, and how many of them have no request. */
export function recordings(): {
  readonly recorded: readonly Recorded[];
  readonly without: readonly string[];
} {
  const exchanges = recordedExchanges(
    'anthropic',
    'bedrock',
    'openai-chat',
    'openai-compatible',
    'openai-embeddings',
  ).filter(({ status }) => status === 200);
  const answers = new Map(recordedAnswers().map((answer) => [answer.id, answer]));
  return {
    without: exchanges.filter(({ request }) => request === undefined).map(({ id }) => id),
    recorded: exchanges.flatMap(({ id, request, response, headers }) => {
      if (request === undefined) return [];
      const answer = answers.get(id) ?? {
        body: response,
        headers: { ...headers, 'content-type': 'application/json' },
      };
      return [{ id, answer, ...asked(id, request) }];
    }),
  };
}

function asked(id: string, request: Uint8Array): Omit<Recorded, 'id' | 'answer'> {
  const body = JSON.parse(Buffer.from(request).toString()) as { model?: string };
  const headers: Record<string, string> = {};
  if (id.startsWith('bedrock/')) {
    const [, model = '', operation = ''] = /\/model\/([^/]+)\/(.+)$/.exec(urlOf(id)) ?? [];
    // Claude is served in its own format, and was recorded in Converse: a name that is not Claude's is asked that way.
    const name = decodeURIComponent(model).includes('claude')
      ? 'amazon.some-model'
      : decodeURIComponent(model);
    const messages = messagesOf(body, 'recorded', operation.endsWith('stream'));
    return {
      path: '/v1/messages',
      headers,
      body: Buffer.from(JSON.stringify(messages)),
      provider: 'bedrock',
      model: name,
    };
  }
  const model = body.model ?? '';
  const named = Buffer.from(
    Buffer.from(request)
      .toString()
      .replace(JSON.stringify(model), () => '"recorded"'),
  );
  if (id.includes('anthropic')) {
    return { path: '/v1/messages', headers, body: named, provider: 'anthropic', model };
  }
  const path = id.includes('embeddings') ? '/v1/embeddings' : '/v1/chat/completions';
  return {
    path,
    headers,
    body: named,
    provider: id.startsWith('openai-compat') ? 'compatible' : 'openai',
    model,
  };
}

function urlOf(id: string): string {
  const [folder = '', n] = id.split('#');
  const file = JSON.parse(readFileSync(new URL(`${folder}/case.json`, FIXTURES)).toString()) as {
    exchanges: readonly { n: number; url: string }[];
  };
  return file.exchanges.find((exchange) => exchange.n === Number(n))?.url ?? '';
}

/** Whether the catalogue has a price for the model where it was asked. */
export function isListed({ provider, model }: Recorded): boolean {
  const type = provider === 'compatible' ? 'openai-compatible' : provider;
  return findModel(type, model, 'us-east-1')?.price !== undefined;
}

/** Asks the whole gateway under a budget, with the recorded answer behind it. */
export async function served(
  recorded: Recorded,
  prices: Prices,
): Promise<{
  readonly status: number | undefined;
  readonly message: string | undefined;
  readonly row: AuditRow | undefined;
}> {
  const { answer } = recorded;
  const upstream = new ScriptedUpstream({ headers: answer.headers, pieces: [answer.body] });
  const { ask, rows } = testGateway(upstream, configOf(recorded, prices), undefined, { KEY: 'k' });
  const exchange = await ask({ path: recorded.path, headers: recorded.headers, body: recorded.body });
  const message = exchange.status === 200 ? undefined : exchange.json.error?.message;
  return { status: exchange.status, message, row: rows().at(-1) };
}

function configOf(recorded: Recorded, prices: Prices): string {
  const price = prices === 'own' ? (isListed(recorded) ? undefined : SAMPLE) : RATES[prices];
  return `
providers:
  openai: { type: openai, key: { env: KEY }, base_url: http://upstream.test/v1 }
  compatible: { type: openai-compatible, base_url: http://upstream.test/v1 }
  anthropic: { type: anthropic, key: { env: KEY }, base_url: http://upstream.test/v1 }
  bedrock: { type: bedrock, region: us-east-1, base_url: http://upstream.test }
models:
  recorded:
    targets: [{ provider: ${recorded.provider}, model: ${JSON.stringify(recorded.model)} }]
    unsupported: drop
    ${price === undefined ? '' : `price: ${price}`}
    ${isListed(recorded) ? '' : 'capabilities: { context_tokens: 200000, max_output_tokens: 64000, image_tokens: 1700 }'}
budgets: [{ scope: account, limit_usd: 1000000, window: day }]
`;
}
