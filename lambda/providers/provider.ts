import type { RequestView } from '../core/chat/request.ts';
import type { ProviderConfig } from '../core/config/schema.ts';
import type {
  ChatUpstream,
  CountUpstream,
  EmbeddingsUpstream,
  Headers,
  SendFacts,
} from '../formats/format.ts';
import type { Edit } from '../wire/json-splice.ts';

/** One thing that a provider serves, such as chat with one of its models: the format, and how a call is addressed. */
export interface Service<Format> {
  readonly format: Format;
  /** Whether it keeps conversations (`thread`), so that requests which go on with one make sense to it. */
  readonly threads: boolean;
  /** Appended to the provider's base URL. */
  path(send: SendFacts): string;
  headers(key: string | undefined, send: SendFacts): Headers;
  /** What must change in a request of the service's own format before it is sent. */
  edits(view: RequestView, send: SendFacts): readonly Edit[];
  /** What the caller is told of these edits; nothing where they change nothing that was meant. */
  notes?(asks: Asks): readonly string[];
}

/** What a request of the service's own format asks for. */
export interface Asks {
  readonly headers: Headers;
  /** Whether it has a member of this name. */
  has(name: string): boolean;
}

export type Transport = 'http' | 'sandbox' | 'bedrock';

/**
 * An upstream as shared code knows it: it asks these properties and never which provider it is, so a new kind cannot
 * fall through a list.
 */
export interface Provider {
  /** Which transport carries it: HTTP, the sandbox that answers in process, or AWS's own client for Bedrock. */
  readonly transport: Transport;
  /** Base URL of its API, without a slash at its end. */
  readonly baseUrl: string;
  /** What it serves of a model; undefined where it does not. */
  chat(model: string): Service<ChatUpstream> | undefined;
  embeddings(model: string): Service<EmbeddingsUpstream> | undefined;
  countTokens(model: string): Service<CountUpstream> | undefined;
}

/** Makes the provider that a section of the config describes. */
export type MakeProvider<Type extends ProviderConfig['type']> = (
  config: Extract<ProviderConfig, { type: Type }>,
) => Provider;
