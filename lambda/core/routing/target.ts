import type { Price } from '../chat/usage.ts';

/** What a model can do, as far as the gateway must know it. Undefined: unknown, so nothing is promised or checked. */
export interface Capabilities {
  readonly contextTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** Thinks in tokens that are billed and not shown: a cut stream may have cost the whole output hold. */
  readonly hiddenReasoning: boolean;
  /** Most input tokens that one image can cost. */
  readonly imageTokens: number | undefined;
  /** How the model is told to think; undefined: unknown, the caller's wish is passed on in the format's newest way. */
  readonly thinking: Thinking | undefined;
  /** Which sampling parameters it takes; undefined: unknown, both are sent. */
  readonly sampling: Sampling | undefined;
  /** Whether answers can be bound to a JSON schema natively; undefined: unknown, it is tried. */
  readonly structuredOutput: boolean | undefined;
  /** Whether instructions may stand between turns (Anthropic's role `system` in messages). */
  readonly systemTurns: boolean;
}

/**
 * `none`: it does not think. `budget`: thinking with a token budget. `adaptive`: it decides itself, with an effort at
 * most. `effort`: an effort, without thinking blocks of its own (OpenAI).
 */
export type Thinking = 'none' | 'budget' | 'adaptive' | 'effort';

/** `both`: temperature and top_p together. `one`: either of them. `none`: neither, not even at its default. */
export type Sampling = 'both' | 'one' | 'none';

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
  /** What happens to a parameter that a target cannot take: a 400 that names it, or it is left out and listed. */
  readonly unsupported: 'refuse' | 'drop';
}

/** `provider/model`, as headers, rows and errors name a target. */
export function targetName(target: Pick<Target, 'provider' | 'model'>): string {
  return `${target.provider}/${target.model}`;
}

/** The provider's own name of the model, out of what `targetName` gave: it may hold slashes itself. */
export function modelOfTarget(target: string): string {
  return target.slice(target.indexOf('/') + 1);
}

/** A model of which nothing is known: nothing is promised, and nothing is checked. */
export const UNKNOWN_CAPABILITIES: Capabilities = {
  contextTokens: undefined,
  maxOutputTokens: undefined,
  hiddenReasoning: false,
  imageTokens: undefined,
  thinking: undefined,
  sampling: undefined,
  structuredOutput: undefined,
  systemTurns: false,
};
