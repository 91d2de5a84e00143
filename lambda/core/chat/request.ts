import type { JsonPath } from '../../wire/json-path.ts';
import type { Edit } from '../../wire/json-splice.ts';

/**
 * What the rooms read of a model request, whatever the format: the facts that identity, plan and money decide on. What
 * is said stays in the bytes and their JSON tape; a translation reads it from there.
 */
export interface RequestView {
  /** The model as the caller asked for it: an alias of the config. */
  readonly model: string;
  readonly stream: boolean;
  /** The caller wants usage in the stream. */
  readonly includeUsage: boolean;
  /** The caller's own cap on output tokens, and the parameter's name as it was spelled. */
  readonly maxTokens: { readonly value: number; readonly param: string } | undefined;
  /** Answers wanted (`n`), at least 1. */
  readonly choices: number;
  /** Number of messages, or of texts to embed, for the overhead of each in a bound. */
  readonly messages: number;
  /** Images among the parts; each costs tokens by the model's formula, not by its bytes. */
  readonly images: number;
  /** Bytes that images take in the body, which are no text. */
  readonly imageBytes: number;
  /** Documents, whose tokens nothing in the body bounds: the whole context window is reserved. */
  readonly documents: number;
  /** Tools offered. */
  readonly tools: number;
  /**
   * Tokens that a provider may make of a few bytes of the body, so that its length does not bound them: marks around the
   * sentences of documents that are to be cited, tools whose definition stands in the prompt once more. Absent: none.
   */
  readonly unseenTokens?: number;
  /** Attribution only, never a budget scope. */
  readonly endUser: string | undefined;
  /** Parameters that may raise the cost and that no price covers, by name: refused under an enforced budget. */
  readonly unpriceable: readonly string[];
  /** Input given as token ids, by its parameter: it cannot be scanned. */
  readonly tokenIds: string | undefined;
  /** A conversation that Anthropic keeps (`thread`): only Anthropic itself can go on with it. */
  readonly thread: boolean;
  /**
   * What this gateway once put into an answer and no upstream may see: capsules in tool call ids, reasoning under its own
   * mark. Taken out of a request that is forwarded in its own format.
   */
  readonly own: readonly Edit[];
  /**
   * Members of chat messages that bring earlier reasoning back (`reasoning_content` and the like): some servers of the
   * format want them, others refuse a request that has them. Absent: there are none.
   */
  readonly reasoningAt?: readonly JsonPath[];
  /**
   * Members of tools and instructions that only the maker of the format knows and other servers of it refuse, such as
   * `eager_input_streaming`. They say how to serve and not what. Absent: there are none.
   */
  readonly makersAt?: readonly JsonPath[];
}
