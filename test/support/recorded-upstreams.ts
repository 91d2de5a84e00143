import { anthropicMessages } from '../../lambda/formats/anthropic-messages/upstream.ts';
import { bedrockConverse } from '../../lambda/formats/bedrock-converse/upstream.ts';
import type { ChatUpstream } from '../../lambda/formats/format.ts';
import { openaiChat } from '../../lambda/formats/openai-chat/upstream.ts';
import { recordedExchanges } from './fixtures.ts';

/** A recorded chat answer as the upstream port hands it over, with the format that reads it. */
export interface RecordedAnswer {
  readonly id: string;
  readonly upstream: 'openai-chat' | 'anthropic-messages' | 'bedrock-converse';
  readonly format: ChatUpstream;
  readonly stream: boolean;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Whether the connection broke after it. */
  readonly cut: boolean;
}

const FORMATS = {
  'openai-chat': openaiChat,
  'anthropic-messages': anthropicMessages,
  'bedrock-converse': bedrockConverse,
} as const;

/** Every recorded and written chat answer with status 200. Event streams of Bedrock come as AWS's client decodes them. */
export function recordedAnswers(): readonly RecordedAnswer[] {
  return recordedExchanges('openai-chat', 'openai-compatible', 'anthropic', 'bedrock', 'synthetic').flatMap(
    (exchange) => {
      const upstream = upstreamOf(exchange.id);
      if (upstream === undefined || exchange.status !== 200) return [];
      // Frames that cannot be decoded never reach a format; the adapter's tests have them.
      if (/bedrock-stream-(?:cut|bad-crc)#/.test(exchange.id)) return [];
      const stream = exchange.format !== 'json';
      const body =
        stream && upstream === 'bedrock-converse' ? jsonLines(exchange.response) : exchange.response;
      const type = !stream
        ? 'application/json'
        : upstream === 'bedrock-converse'
          ? 'application/x-ndjson'
          : 'text/event-stream';
      return [
        {
          id: exchange.id,
          upstream,
          format: FORMATS[upstream],
          stream,
          status: exchange.status,
          headers: { ...exchange.headers, 'content-type': type },
          body,
          cut: exchange.id.includes('-cut#'),
        },
      ];
    },
  );
}

function upstreamOf(id: string): RecordedAnswer['upstream'] | undefined {
  if (id.includes('anthropic')) return 'anthropic-messages';
  if (id.includes('bedrock')) return 'bedrock-converse';
  return id.startsWith('openai') || id.startsWith('synthetic/openai') ? 'openai-chat' : undefined;
}

/** `{"headers", "payload"}` of each frame becomes `{event name: payload}`, a line each, as the adapter writes it. */
function jsonLines(recording: Uint8Array): Uint8Array {
  const lines = Buffer.from(recording).toString().trimEnd().split('\n');
  const out = lines.map((line) => {
    const { headers, payload } = JSON.parse(line) as { headers: Record<string, string>; payload: unknown };
    const name = headers[':event-type'] ?? headers[':exception-type'] ?? headers[':error-code'] ?? 'unknown';
    const key = name.charAt(0).toLowerCase() + name.slice(1);
    return `${JSON.stringify({ [key]: payload })}\n`;
  });
  return Buffer.from(out.join(''));
}
