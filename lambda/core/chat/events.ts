import type { TollgateError } from '../errors.ts';
import type { Usage } from './usage.ts';

/** Why a choice ended, in the gateway's own words; `native` beside it keeps the provider's. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other';

/** Kinds of generated content. Any of them with a non-empty piece commits the answer. */
export type ContentKind = 'text' | 'reasoning' | 'refusal' | 'tool_call';

/** What happened in an answer, independent of any provider's wire format. */
export type ChatEvent =
  | { readonly type: 'start'; readonly id: string; readonly model: string }
  /** A piece of content; `bytes` is the UTF-8 length of what was generated (text, or tool name and arguments). */
  | {
      readonly type: 'content';
      readonly choice: number;
      readonly kind: ContentKind;
      readonly bytes: number;
    }
  | {
      readonly type: 'finish';
      readonly choice: number;
      readonly reason: FinishReason;
      readonly native: string;
    }
  /** Cumulative: the last one of an answer counts. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'error'; readonly error: TollgateError }
  /** The format's terminator. */
  | { readonly type: 'done' };
