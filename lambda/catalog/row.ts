/** What a catalogue says about one model of a provider, as text, so that the file can be compared with its source. */
export interface ModelRow {
  /** Type of the provider in tollgate.yaml: `openai`, `sandbox`. */
  readonly provider: string;
  /** The family's name; `*` at its end stands for any rest. */
  readonly model: string;
  /** Dated snapshots with exactly the same prices and limits. */
  readonly snapshots: readonly string[];
  /** Input and output tokens together. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  /** Bills thinking that it does not show. */
  readonly hiddenReasoning: boolean;
  /** The most input tokens that one image can cost: for holds only, a charge always uses the reported usage. */
  readonly imageTokens: number;
  /** US dollars per million tokens, as decimal text. */
  readonly usd: {
    readonly input: string;
    readonly cacheRead: string;
    readonly cacheWrite: string;
    readonly output: string;
    readonly reasoning: string;
  };
  /** First day on which these prices hold, `YYYY-MM-DD`: a change, or else the first snapshot. */
  readonly from: string;
  /** Page on which the prices stand. */
  readonly source: string;
  /** Day of the last check of that page that the source of this row states, `YYYY-MM-DD`. */
  readonly checked: string;
}
