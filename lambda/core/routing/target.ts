import type { Price } from '../chat/usage.ts';

/** What a model can do, as far as the gateway must know it. Undefined: unknown, so nothing is promised or checked. */
export interface Capabilities {
  readonly contextTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** Thinks in tokens that are billed and not shown: a cut stream may have cost the whole output hold. */
  readonly hiddenReasoning: boolean;
  /** Most input tokens that one image can cost. */
  readonly imageTokens: number | undefined;
}

/** One place that can serve a request: a model of a provider, with what is known about it. */
export interface Target {
  /** Name of the provider in the config. */
  readonly provider: string;
  /** The model's name as the provider knows it. */
  readonly model: string;
  readonly capabilities: Capabilities;
  /** Undefined: unpriced, refused where a budget applies. */
  readonly price: Price | undefined;
}

/** One choice of alias with its ordered targets. */
export interface Rung {
  readonly alias: string;
  readonly targets: readonly Target[];
  /** The alias's own cap when the caller gives none. */
  readonly maxOutputTokens: number | undefined;
}

/** `provider/model`, as headers, rows and errors name a target. */
export function targetName(target: Pick<Target, 'provider' | 'model'>): string {
  return `${target.provider}/${target.model}`;
}
