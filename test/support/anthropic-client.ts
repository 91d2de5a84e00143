import Anthropic from '@anthropic-ai/sdk';

/** Anthropic's own client against one prepared answer, as an independent reader of what the gateway writes. */
export function clientAnswered(
  body: string | Uint8Array,
  contentType: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Anthropic {
  return new Anthropic({
    apiKey: 'unused',
    baseURL: 'http://gateway.invalid',
    maxRetries: 0,
    fetch: async () =>
      new Response(Buffer.from(body), { status, headers: { 'content-type': contentType, ...headers } }),
  });
}

/** What the client makes of a whole answer. */
export function messageOf(json: string): Promise<Anthropic.Message> {
  return clientAnswered(json, 'application/json').messages.create({
    model: 'm',
    max_tokens: 1,
    messages: [{ role: 'user', content: 'hi' }],
  });
}

/** What the client's stream helper puts together from a stream's bytes. */
export function streamedMessageOf(sse: string): Promise<Anthropic.Message> {
  return clientAnswered(sse, 'text/event-stream')
    .messages.stream({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] })
    .finalMessage();
}
