import OpenAI from 'openai';

/** OpenAI's own client whose one answer is already known: the judge of what the gateway writes. */
export function clientThatGets(body: string, stream: boolean, status = 200): OpenAI {
  const headers = { 'content-type': stream ? 'text/event-stream' : 'application/json' };
  return new OpenAI({
    apiKey: 'unused',
    baseURL: 'http://127.0.0.1/v1',
    maxRetries: 0,
    fetch: async () => new Response(body, { status, headers }),
  });
}
