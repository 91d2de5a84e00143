import type { Asked } from './features.ts';

/**
 * A chat request, whatever the wire format it came in: what a translation reads, so that N dialects and M providers
 * need N + M mappings. It keeps the order of blocks, and the raw JSON text of everything whose bytes matter.
 */
export interface Conversation {
  /** Instructions before the first turn, in order: text blocks. */
  readonly system: readonly TextBlock[];
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | undefined;
  readonly settings: Settings;
  /** Everything the request asks for, by the caller's own spelling: what a target cannot do is told from this list. */
  readonly asked: readonly Asked[];
  /** What reading changed, such as reasoning that could not be restored; for `x-tollgate-warnings`. */
  readonly notes: readonly string[];
}

/** JSON text exactly as it was written: numbers, spaces and escapes keep their bytes. */
export type Json = string;

/** Tool results stand in `user` turns, at their place. Adjacent turns of one role are allowed; a writer merges them. */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: readonly Block[];
  /** A participant's name (chat's `name`). */
  readonly name?: string;
}

export type Block =
  | TextBlock
  | MediaBlock
  | ToolCallBlock
  | ToolResultBlock
  | ThinkingBlock
  | { readonly kind: 'redacted_thinking'; readonly data: string; readonly origin: string | undefined }
  | { readonly kind: 'refusal'; readonly text: string }
  | OpaqueBlock;

/** A block that only its own format knows, such as a server tool's result. */
export interface OpaqueBlock {
  readonly kind: 'opaque';
  readonly format: string;
  readonly type: string;
  readonly json: Json;
  /** The target that wrote it, where a capsule brought it back and not the caller: elsewhere it is left out. */
  readonly origin?: string;
}

export interface TextBlock {
  readonly kind: 'text';
  readonly text: string;
  readonly cache?: CacheMark;
  /** Raw citations of an Anthropic text block. */
  readonly citations?: Json;
}

export interface MediaBlock {
  readonly kind: 'image' | 'document' | 'audio' | 'video';
  readonly source: MediaSource;
  /** Chat's `detail` of an image. */
  readonly detail?: string;
  /** File name or title of a document. */
  readonly title?: string;
  /** Anthropic's `context` of a document. */
  readonly context?: string;
  /** The caller wants citations from this document. */
  readonly citations?: boolean;
  readonly cache?: CacheMark;
}

export type MediaSource =
  | { readonly type: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'file'; readonly id: string }
  /** Plain text of a document. */
  | { readonly type: 'text'; readonly text: string };

export interface ToolCallBlock {
  readonly kind: 'tool_call';
  /** As the upstream gave it; a sealed capsule is already removed. */
  readonly id: string;
  readonly name: string;
  /** Raw text of the arguments: a JSON object, or empty, or what a model wrote that is no JSON. For a custom tool its input. */
  readonly input: string;
  /** A free-form tool (chat's `custom`), whose input is text and not JSON. */
  readonly custom: boolean;
  readonly cache?: CacheMark;
}

export interface ToolResultBlock {
  readonly kind: 'tool_result';
  /** The id of the call that it answers. */
  readonly id: string;
  /** Text and media; other blocks as opaque. */
  readonly content: readonly Block[];
  readonly isError: boolean;
  readonly cache?: CacheMark;
}

export interface ThinkingBlock {
  readonly kind: 'thinking';
  readonly text: string;
  /** Undefined: unsigned, for display only. Empty text with a signature is a real block. */
  readonly signature: string | undefined;
  /** The target (`provider/model`) that signed it, where it is known; a block is valid only there. */
  readonly origin: string | undefined;
  /** OpenRouter's `reasoning_details`, raw, for upstreams that speak it. */
  readonly details?: Json;
}

/** A prompt-cache breakpoint behind a block. `ttl` as it was written: `5m`, `1h`, `30m`, `12h`; undefined for the default. */
export interface CacheMark {
  readonly ttl: string | undefined;
}

export interface Tool {
  readonly kind: 'function' | 'custom';
  readonly name: string;
  readonly description: string | undefined;
  /** Raw JSON schema of the input; undefined where none was given, which stands for an object without properties. */
  readonly schema: Json | undefined;
  readonly strict: boolean | undefined;
  readonly cache?: CacheMark;
}

export type ToolChoice =
  | { readonly type: 'auto' | 'required' | 'none' }
  | { readonly type: 'tool'; readonly name: string };

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** How much the model may think. */
export type Reasoning =
  | { readonly type: 'off' }
  | { readonly type: 'effort'; readonly effort: Effort }
  | { readonly type: 'budget'; readonly tokens: number }
  /** The model decides how much; with a hint where one was given. */
  | { readonly type: 'adaptive'; readonly effort: Effort | undefined };

export interface Settings {
  /** The caller's own cap on output tokens. */
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stop: readonly string[];
  readonly seed?: Json;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly logitBias?: Json;
  /** Undefined: the format's default, parallel calls allowed. */
  readonly parallelToolCalls?: boolean;
  readonly reasoning?: Reasoning;
  /** `display` of Anthropic's thinking: `summarized` or `omitted`. */
  readonly reasoningDisplay?: string;
  readonly responseFormat?:
    | { readonly type: 'json_object' }
    | {
        readonly type: 'json_schema';
        readonly name: string | undefined;
        readonly schema: Json;
        readonly strict: boolean | undefined;
        readonly description?: string;
      };
  /** Stable pseudonymous id of the end user (chat's `user` or `safety_identifier`, Anthropic's `metadata.user_id`). */
  readonly endUser?: string;
  readonly serviceTier?: string;
  readonly promptCacheKey?: string;
  /** Chat's `verbosity`. */
  readonly verbosity?: string;
}
