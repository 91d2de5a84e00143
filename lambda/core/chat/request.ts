/**
 * What the rooms read of a chat request, whatever the dialect: the facts that identity, plan and money decide on. The
 * messages themselves stay in the bytes and their JSON tape; a translation reads them from there.
 */
export interface ChatView {
  /** The model as the caller asked for it: an alias of the config. */
  readonly model: string;
  readonly stream: boolean;
  /** The caller wants usage in the stream. */
  readonly includeUsage: boolean;
  /** The caller's own cap on output tokens, and the parameter's name as it was spelled. */
  readonly maxTokens: { readonly value: number; readonly param: string } | undefined;
  /** Answers wanted (`n`), at least 1. */
  readonly choices: number;
  /** Number of messages, for the per-message overhead of a bound. */
  readonly messages: number;
  /** Images among the parts; each costs tokens by the model's formula, not by its bytes. */
  readonly images: number;
  /** Tools offered. */
  readonly tools: number;
  /** Attribution only, never a budget scope. */
  readonly endUser: string | undefined;
  /** Parameters that may raise the cost and that no price covers, by name: refused under an enforced budget. */
  readonly unpriceable: readonly string[];
}
