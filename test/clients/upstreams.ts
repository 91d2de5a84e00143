import { json, type ReplayAnswer } from '../support/replay-answer.ts';
import type { Turn } from '../support/replay-turn.ts';
import type { SentRequest } from '../support/replay-upstream.ts';
import type { Client } from './client.ts';

/** One way to reach a model: a provider's format, and the alias of the replay gateway that leads there. */
export interface UpstreamUnderTest {
  readonly name: string;
  readonly format: 'chat' | 'messages' | 'converse';
  /** Behind AWS, errors are AWS's whatever the format of the answers. */
  readonly bedrock: boolean;
  readonly model: string;
  /** Alias for structured output, where a client asks on its way for what the format cannot say. */
  readonly objectModel?: string;
}

export const UPSTREAMS: readonly UpstreamUnderTest[] = [
  { name: 'chat completions', format: 'chat', bedrock: false, model: 'gpt-5.4-mini' },
  { name: 'Anthropic Messages', format: 'messages', bedrock: false, model: 'claude-haiku-4-5' },
  { name: 'Claude on Bedrock', format: 'messages', bedrock: true, model: 'bedrock-haiku' },
  // The AI SDK forces a tool without parallel calls for its objects; Nova has no field for the latter.
  { name: 'Bedrock Converse', format: 'converse', bedrock: true, model: 'nova', objectModel: 'lenient-nova' },
];

/** What goes wrong upstream, with its status there and the one that a client of each family gets. */
export type Trouble = 'bad request' | 'bad key' | 'rate' | 'overload';

const STATUS: Readonly<Record<Trouble, number>> = {
  'bad request': 400,
  'bad key': 502,
  rate: 429,
  overload: 503,
};

export const TROUBLES = Object.keys(STATUS) as readonly Trouble[];

/** What the client gets. Anthropic's own word for overload stays only between an Anthropic client and Anthropic. */
export function statusSeen(trouble: Trouble, upstream: UpstreamUnderTest, speaks: Client['speaks']): number {
  const own = upstream.format === 'messages' && !upstream.bedrock && speaks === 'messages';
  return trouble === 'overload' && own ? 529 : STATUS[trouble];
}

const CHAT: Readonly<Record<Trouble, number>> = {
  'bad request': 400,
  'bad key': 401,
  rate: 429,
  overload: 503,
};

const ANTHROPIC: Readonly<Record<Trouble, readonly [number, string]>> = {
  'bad request': [400, 'invalid_request_error'],
  'bad key': [401, 'authentication_error'],
  rate: [429, 'rate_limit_error'],
  overload: [529, 'overloaded_error'],
};

const AWS: Readonly<Record<Trouble, readonly [number, string]>> = {
  'bad request': [400, 'ValidationException'],
  'bad key': [403, 'UnrecognizedClientException'],
  rate: [429, 'ThrottlingException'],
  overload: [503, 'ServiceUnavailableException'],
};

/** The answer of an upstream in trouble. */
export function troubled(upstream: UpstreamUnderTest, trouble: Trouble): ReplayAnswer {
  if (upstream.bedrock) {
    const [status, name] = AWS[trouble];
    return json(status, { message: 'No.' }, { 'x-amzn-errortype': `${name}:http://internal.amazon.com/` });
  }
  if (upstream.format === 'chat') {
    const error = { message: 'No.', type: 'invalid_request_error', param: null, code: null };
    return json(CHAT[trouble], { error });
  }
  const [status, type] = ANTHROPIC[trouble];
  return json(status, { type: 'error', error: { type, message: 'No.' }, request_id: 'req_011C' });
}

interface AnyTool {
  readonly name?: string;
  readonly function?: { readonly name: string };
  readonly toolSpec?: { readonly name: string };
}

/** An object as the request asks for one: by a forced tool, or as the text of the answer. */
export function objectTurn(request: SentRequest, object: object): Turn {
  const config = request.json['toolConfig'] as { readonly tools: readonly AnyTool[] } | undefined;
  const [tool] = config?.tools ?? (request.json['tools'] as readonly AnyTool[] | undefined) ?? [];
  const name = tool?.name ?? tool?.function?.name ?? tool?.toolSpec?.name;
  return name === undefined
    ? { text: JSON.stringify(object) }
    : { calls: [{ id: 'toolu_01Object', name, input: object }] };
}
