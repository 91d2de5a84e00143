import type { Sealer } from '../core/chat/capsule.ts';
import type { Conversation } from '../core/chat/conversation.ts';
import type { ChatEvent } from '../core/chat/events.ts';
import type { Loss, SupportTable } from '../core/chat/features.ts';
import type { StreamReader } from '../core/chat/reading.ts';
import type { RequestView } from '../core/chat/request.ts';
import type { Usage } from '../core/chat/usage.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../core/embeddings/embeddings.ts';
import type { TollgateError } from '../core/errors.ts';
import type { Capabilities } from '../core/routing/target.ts';
import type { Edit } from '../wire/json-splice.ts';
import type { JsonTape } from '../wire/json-tape.ts';

export type FormatName =
  | 'openai-chat'
  | 'openai-embeddings'
  | 'anthropic-messages'
  | 'bedrock-converse'
  | 'titan-embeddings'
  | 'cohere-embeddings';

export type Headers = Readonly<Record<string, string>>;

/** What one call sends, as the plan decided it. */
export interface SendFacts {
  /** `provider/model`, for errors and for reasoning that is bound to its target. */
  readonly target: string;
  /** The model's name as the provider knows it. */
  readonly model: string;
  /** Output cap of the call; undefined: none is known and none is sent. */
  readonly maxTokens: number | undefined;
  /** Whether the cap is the gateway's, because the caller gave none: only then must it be added in the same format. */
  readonly inject: boolean;
  readonly stream: boolean;
  readonly capabilities: Capabilities;
  /** A further target after a failed one: reasoning that was signed elsewhere is left out. */
  readonly fallback: boolean;
  /** The caller's headers, lower case; a provider passes on only those that its API defines. */
  readonly callerHeaders: Headers;
}

/** An HTTP error of an upstream in the gateway's words. `body` may be anything: a CDN's HTML page as well. */
export type ReadHttpError = (
  target: string,
  status: number,
  headers: Headers,
  body: Uint8Array,
) => TollgateError;

/** A chat format from the upstream's side: requests are written in it, answers read. */
export interface ChatUpstream {
  readonly name: FormatName;
  /** What becomes of each feature; the reference page is made from it. */
  readonly support: SupportTable;
  /** Losses that depend on values or on what the model can do: a temperature above its maximum. */
  losses(conversation: Conversation, capabilities: Capabilities): readonly Loss[];
  /** The request as JSON text. What `support` and `losses` refuse is left out. An error where nothing valid can be said. */
  write(conversation: Conversation, send: SendFacts): string | TollgateError;
  /**
   * What a whole answer says; an `error` event where it is none. `body` are the bytes that `value` was parsed from: where
   * a format writes tool arguments as objects, their text is cut from there and keeps its own spelling.
   */
  readAnswer(target: string, value: unknown, body?: Uint8Array): readonly ChatEvent[];
  streamReader(target: string, maxEventBytes: number): StreamReader;
  readonly readHttpError: ReadHttpError;
  /**
   * Whether signed reasoning can go back to it: its own, or (`own` false) that of a signer whom nobody knows. What cannot
   * is left out, and told.
   */
  takesSigned(own: boolean, capabilities: Capabilities): boolean;
  /** Whether every request needs an output cap, so that one is sent even where the caller gave none. */
  readonly needsMaxTokens: boolean;
  /** Whether a clean end of a stream is normal without a terminator, once every choice has its finish reason. */
  readonly endsBare: boolean;
}

/** What an answer that is written anew tells beside its content. */
export interface AnswerFacts {
  readonly requestId: string;
  /** The target (`provider/model`) that answered. */
  readonly target: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Whether a stream's caller asked for usage. */
  readonly includeUsage: boolean;
  readonly warnings: readonly string[];
  /** Undefined: reasoning is not sealed into tool call ids. */
  readonly sealer: Sealer | undefined;
  /** Most characters of a tool call id with its capsule. */
  readonly capsuleCharacters: number;
}

/** Writes the events of an answer as a stream of one format. Pieces are whole SSE events, or nothing (''). */
export interface StreamWriter {
  write(event: ChatEvent): string;
  /**
   * After a normal end: everything that was held back, such as finish reasons and usage, without the terminator.
   * `costUsd` is told beside the usage where there is a place for it.
   */
  finish(costUsd: string | undefined): string;
}

/** A chat format from the caller's side: requests are read in it, answers written. */
export interface ChatCaller {
  readonly kind: 'chat';
  readonly format: FormatName;
  readRequest(tape: JsonTape): RequestView | TollgateError;
  /** The whole request for a translation. `sealer` opens capsules; undefined: they are left out. */
  readConversation(tape: JsonTape, sealer: Sealer | undefined): Conversation | TollgateError;
  /**
   * In place of the view's own edits, for a target of the same format that signed none of the request's reasoning: takes
   * all of it out. Not there where the format has no signed reasoning.
   */
  editsWithoutReasoning?(tape: JsonTape): readonly Edit[];
  /** A whole answer as JSON text. The events are those of a whole answer, or of a whole stream. */
  writeAnswer(events: readonly ChatEvent[], facts: AnswerFacts, costUsd: string | undefined): string;
  streamWriter(facts: AnswerFacts): StreamWriter;
}

export interface EmbeddingsUpstream {
  readonly name: FormatName;
  losses(request: EmbeddingsRequest, send: Pick<SendFacts, 'model'>): readonly Loss[];
  write(request: EmbeddingsRequest, send: SendFacts): string | TollgateError;
  /** `headers` of the answer: Bedrock counts tokens there. */
  readAnswer(target: string, value: unknown, headers: Headers): EmbeddingsAnswer | TollgateError;
  /** Usage alone, where the answer is forwarded as it is. */
  readUsage(value: unknown, headers: Headers): Usage | undefined;
  readonly readHttpError: ReadHttpError;
}

export interface EmbeddingsCaller {
  readonly kind: 'embeddings';
  readonly format: FormatName;
  readRequest(tape: JsonTape): RequestView | TollgateError;
  readEmbeddings(tape: JsonTape): EmbeddingsRequest | TollgateError;
  writeAnswer(answer: EmbeddingsAnswer, request: EmbeddingsRequest, facts: AnswerFacts): string;
}

/** Counting tokens without a completion. */
export interface CountUpstream {
  readonly name: FormatName;
  losses(conversation: Conversation, capabilities: Capabilities): readonly Loss[];
  write(conversation: Conversation, send: SendFacts): string | TollgateError;
  /** Input tokens, or undefined where the answer cannot be read. */
  readCount(value: unknown): number | undefined;
  readonly readHttpError: ReadHttpError;
}

export interface CountCaller {
  readonly kind: 'count_tokens';
  readonly format: FormatName;
  readRequest(tape: JsonTape): RequestView | TollgateError;
  readConversation(tape: JsonTape, sealer: Sealer | undefined): Conversation | TollgateError;
  writeCount(inputTokens: number, warnings: readonly string[]): string;
}

/** What a route asks a model for. */
export type Operation = ChatCaller | EmbeddingsCaller | CountCaller;
