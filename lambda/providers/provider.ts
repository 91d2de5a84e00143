import type { ChatView } from '../core/chat/request.ts';
import type { Edit } from '../wire/json-splice.ts';

/**
 * A format as one kind of upstream speaks it. Shared code asks these properties and never which provider it is, so a
 * new kind cannot fall through a list.
 */
export interface Provider {
  /** Wire format of its requests and answers. */
  readonly format: 'openai-chat';
  /** Which transport carries it: HTTP, or the sandbox that answers in process. */
  readonly transport: 'http' | 'sandbox';
  /** Base URL where the config gives none. */
  readonly defaultBaseUrl: string | undefined;
  /** Whether it can be used without a key. */
  readonly keyless: boolean;
  /** The parameter that caps output where the gateway has to inject one. */
  readonly maxTokensParam: string;
  readonly path: string;
  headers(key: string | undefined, stream: boolean): Readonly<Record<string, string>>;
  /** What must change in a request of the provider's own format before it is sent. */
  edits(view: ChatView, send: SendFacts): readonly Edit[];
}

export interface SendFacts {
  /** The model's name as the provider knows it. */
  readonly model: string;
  /** Output cap to inject; undefined where the caller gave its own, or where none is known. */
  readonly injectMaxTokens: number | undefined;
}
