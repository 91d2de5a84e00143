import type { ChatEvent } from '../../../lambda/core/chat/events.ts';
import { anthropicMessages } from '../../../lambda/formats/anthropic-messages/upstream.ts';
import type { ChatUpstream } from '../../../lambda/formats/format.ts';
import { openaiChat } from '../../../lambda/formats/openai-chat/upstream.ts';
import type { FakeExchange } from '../../support/fake-exchange.ts';
import { testGateway } from '../../support/gateway.ts';
import type { RecordedAnswer } from '../../support/recorded-upstreams.ts';
import { type Script, ScriptedUpstream } from '../../support/scripted-upstream.ts';

const CONFIG = `
providers:
  openai-chat: { type: openai-compatible, base_url: http://upstream.test/v1 }
  anthropic-messages: { type: anthropic, key: { env: KEY }, base_url: http://upstream.test/v1 }
  bedrock-converse: { type: bedrock, region: eu-central-1, base_url: http://upstream.test }
models:
  ${['openai-chat', 'anthropic-messages', 'bedrock-converse']
    .map(
      (name) => `${name}:
    targets: [{ provider: ${name}, model: amazon.some-model }]
    price: { input: 3, output: 15, cache_write: 4 }
    capabilities: { context_tokens: 1000000, max_output_tokens: 64000 }
    unsupported: drop`,
    )
    .join('\n  ')}
`;

export interface DialectUnderTest {
  readonly name: string;
  readonly path: string;
  /** Reads what a caller of this dialect got; the format's own reader, apart from the writer under test. */
  readonly format: ChatUpstream;
  readonly terminator: string;
  request(recorded: RecordedAnswer, choices: number): object;
}

export const DIALECTS: readonly DialectUnderTest[] = [
  {
    name: 'chat',
    path: '/v1/chat/completions',
    format: openaiChat,
    terminator: 'data: [DONE]',
    request: ({ upstream, stream }, choices) => ({
      model: upstream,
      messages: [{ role: 'user', content: 'Say hello.' }],
      ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
      ...(choices > 1 ? { n: choices } : {}),
    }),
  },
  {
    name: 'messages',
    path: '/v1/messages',
    format: anthropicMessages,
    terminator: '"type":"message_stop"',
    request: ({ upstream, stream }) => ({
      model: upstream,
      max_tokens: 1000,
      messages: [{ role: 'user', content: 'Say hello.' }],
      ...(stream ? { stream } : {}),
    }),
  },
];

/** Asks the whole gateway, whose upstream answers with the recording, or what `script` makes of it. */
export async function ask(
  dialect: DialectUnderTest,
  recorded: RecordedAnswer,
  script: Partial<Script> = {},
  choices = 1,
): Promise<{ exchange: FakeExchange; outcome: string | undefined; usage: unknown }> {
  const upstream = new ScriptedUpstream({
    status: recorded.status,
    headers: recorded.headers,
    pieces: [recorded.body],
    ...(recorded.cut ? { end: 'cut' as const } : {}),
    ...script,
  });
  const { ask, rows } = testGateway(upstream, CONFIG, undefined, { KEY: 'k' });
  const exchange = await ask({ path: dialect.path, body: dialect.request(recorded, choices) });
  const [row] = rows();
  return { exchange, outcome: row?.outcome, usage: row };
}

/** The events of an answer as a format reads it. */
export function eventsOf(format: ChatUpstream, body: Uint8Array, stream: boolean): readonly ChatEvent[] {
  if (!stream) return format.readAnswer('test', JSON.parse(Buffer.from(body).toString()), body);
  const reader = format.streamReader('test', 1 << 24);
  return [...reader.push(body), ...reader.end()].flatMap(({ events }) => events);
}
