import type { Sampling, Thinking } from '../core/routing/target.ts';

/** What a catalogue says about one model of a provider, as text, so that the file can be compared with its source. */
export interface ModelRow {
  /** Type of the provider in tollgate.yaml: `openai`, `bedrock`, `openai-compatible` for models that anyone may serve. */
  readonly provider: string;
  readonly kind: 'chat' | 'embeddings';
  /**
   * The provider's name of the model. `*` at its end stands for any rest. On Bedrock the id without a profile's prefix;
   * of an open model the family, which is followed by size and variant in the names of servers.
   */
  readonly model: string;
  /** Further names with exactly the same prices and limits, such as dated snapshots. */
  readonly aliases: readonly string[];
  /** Input and output tokens together. */
  readonly contextTokens: number;
  /** Absent: no limit but the context is known. */
  readonly maxOutputTokens?: number;
  /** What it takes beside text. */
  readonly takes: readonly Modality[];
  /** Whether it calls tools; absent: not known. */
  readonly tools?: boolean;
  /** Whether answers can be bound to a JSON schema; absent: not known. */
  readonly structuredOutput?: boolean;
  readonly thinking?: Thinking;
  readonly sampling?: Sampling;
  /** Takes instructions between turns; absent: no. */
  readonly systemTurns?: boolean;
  /** Bills thinking that it does not show. */
  readonly hiddenReasoning?: boolean;
  /** The most input tokens that one image can cost: for holds only, a charge always uses the reported usage. */
  readonly imageTokens?: number;
  /** Length of the vectors that it gives by itself. */
  readonly dimensions?: number;
  /** None: no price is known, or none is certain. */
  readonly prices: readonly RowPrice[];
  /** Page of the vendor on which the prices stand; of a model without a price, the one that describes it. */
  readonly source: string;
  /** Day on which the row was last compared with that page or with catalogues that cite it, `YYYY-MM-DD`. */
  readonly checked: string;
}

export type Modality = 'image' | 'pdf' | 'audio' | 'video';

/** US dollars per million tokens, as decimal text. */
export interface Usd {
  readonly input: string;
  readonly output: string;
  /** Absent: as input. */
  readonly cacheRead?: string;
  /** Absent: as input. */
  readonly cacheWrite?: string;
  /** Absent: as cacheWrite. */
  readonly cacheWriteLong?: string;
  /** Absent: as output. */
  readonly reasoning?: string;
}

export interface RowPrice {
  readonly usd: Usd;
  /** Rates of the whole request where its input, caches included, has more tokens than `above`. */
  readonly long?: { readonly above: number; readonly usd: Usd };
  /** First day on which these prices hold, `YYYY-MM-DD`, where that is known. */
  readonly from?: string;
  /**
   * Bedrock only: where the price holds. `region` is the model's own id, the others are prefixes of inference profiles.
   * AWS prices a profile by its kind, so a prefix that is not listed has no price here.
   */
  readonly scopes?: readonly Scope[];
  /** AWS regions in which the scope `region` has this price; absent: in all that serve it. */
  readonly regions?: readonly string[];
  /** OpenAI only: its endpoints that keep data in a region add 10 %. Absent: they do not. */
  readonly residency?: true;
}

/** One of these, or a Region of AWS itself, is where a call on Bedrock may run. */
export const SCOPES = ['region', 'global', 'us', 'eu', 'au', 'jp', 'apac', 'us-gov'] as const;
export type Scope = (typeof SCOPES)[number];
