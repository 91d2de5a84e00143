import type { TollgateError } from '../errors.ts';
import type { Usage } from './usage.ts';

/** Why a choice ended, in the gateway's own words; `native` beside it keeps the provider's. */
export type FinishReason =
  | 'stop'
  | 'stop_sequence'
  | 'length'
  | 'context_window'
  | 'tool_calls'
  /** Stopped by a filter or a guardrail of the provider. */
  | 'content_filter'
  /** The model declined. */
  | 'refusal'
  /** The turn is to be sent back to go on. */
  | 'pause'
  /** The model's output could not be read by its own provider. */
  | 'malformed'
  | 'other';

/** What a block is, as far as its start tells. Everything but text, reasoning and refusal commits the answer. */
export type BlockHead =
  | { readonly kind: 'text' }
  | { readonly kind: 'reasoning' }
  | { readonly kind: 'refusal' }
  /** `id` may be empty where an upstream gives none; a writer then makes a stable one. */
  | { readonly kind: 'tool_call'; readonly id: string; readonly name: string; readonly custom: boolean }
  | { readonly kind: 'redacted_thinking'; readonly data: string }
  /** A whole block that only its own format knows, as raw JSON. */
  | { readonly kind: 'opaque'; readonly format: string; readonly type: string; readonly json: string };

/**
 * What happens in an answer, streamed or whole, independent of any wire format. Blocks are numbered per choice from 0
 * in their order of opening; several may be open at once (parallel tool calls that an upstream interleaves).
 */
export type ChatEvent =
  | { readonly type: 'start'; readonly id: string; readonly model: string }
  | { readonly type: 'open'; readonly choice: number; readonly block: number; readonly head: BlockHead }
  /** A piece of a block: text, reasoning, refusal, or the raw text of a tool's arguments. Never empty. */
  | { readonly type: 'text'; readonly choice: number; readonly block: number; readonly text: string }
  | {
      readonly type: 'signature';
      readonly choice: number;
      readonly block: number;
      readonly signature: string;
    }
  /** OpenRouter's `reasoning_details` of a reasoning block: raw JSON of one list, one event per list. */
  | { readonly type: 'details'; readonly choice: number; readonly block: number; readonly json: string }
  | {
      readonly type: 'citation';
      readonly choice: number;
      readonly block: number;
      readonly citation: Citation;
    }
  | { readonly type: 'close'; readonly choice: number; readonly block: number }
  | {
      readonly type: 'finish';
      readonly choice: number;
      readonly reason: FinishReason;
      readonly native: string;
      /** Which stop sequence was hit, where the provider says. */
      readonly stopSequence?: string;
      /** The provider's own explanation of a refusal. */
      readonly explanation?: string;
    }
  /** Cumulative: the last one of an answer counts. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'error'; readonly error: TollgateError }
  /** The format's terminator. */
  | { readonly type: 'done' };

/** A source of a text. `raw` is the provider's own object as JSON; the rest where it is a web page. */
export interface Citation {
  readonly format: string;
  readonly raw: string;
  readonly url?: string;
  readonly title?: string;
  /** The cited passage, where it is given. */
  readonly text?: string;
}
