import type { Settings } from '../../core/chat/conversation.ts';
import type { Capabilities } from '../../core/routing/target.ts';
import { thinks, wishOf } from './write-thinking.ts';

/** Highest temperature of the API; others go to 2. */
const MAX_TEMPERATURE = 1;
/** Least `top_p` beside thinking. */
const MIN_THINKING_TOP_P = 0.95;

export type SamplingName = 'temperature' | 'top_p' | 'top_k';

export interface SamplingLoss {
  readonly name: SamplingName;
  readonly how: 'dropped' | 'capped';
  readonly note: string;
}

export interface Sampled {
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly topK: number | undefined;
  readonly losses: readonly SamplingLoss[];
}

/** Which sampling parameters can be sent, and what is lost. Source: Anthropic API, "Versions" and "Extended thinking". */
export function sampling(settings: Settings, capabilities: Capabilities): Sampled {
  const losses: SamplingLoss[] = [];
  const thinking = thinks(wishOf(settings.reasoning, capabilities.thinking));
  const drop = (name: SamplingName, note: string): undefined => {
    losses.push({ name, how: 'dropped', note });
  };
  let { temperature, topP, topK } = settings;
  // Some clients always send the default beside what they mean; without it the model does the same.
  if (topP === 1) topP = undefined;
  if (temperature === 1 && capabilities.sampling === 'none') temperature = undefined;
  if (temperature !== undefined) {
    if (capabilities.sampling === 'none') temperature = drop('temperature', 'this model does not take it');
    else if (thinking && temperature !== 1)
      temperature = drop('temperature', 'only 1 is allowed while the model thinks');
    else if (temperature > MAX_TEMPERATURE) {
      losses.push({ name: 'temperature', how: 'capped', note: 'capped at 1, the highest of this API' });
      temperature = MAX_TEMPERATURE;
    }
  }
  if (topP !== undefined) {
    if (capabilities.sampling === 'none') topP = drop('top_p', 'this model does not take it');
    else if (capabilities.sampling === 'one' && temperature !== undefined) {
      topP = drop('top_p', 'this model takes either `temperature` or `top_p`, and `temperature` was given');
    } else if (thinking && topP < MIN_THINKING_TOP_P) {
      topP = drop('top_p', 'only 0.95 to 1 is allowed while the model thinks');
    }
  }
  if (topK !== undefined) {
    if (capabilities.sampling === 'none') topK = drop('top_k', 'this model does not take it');
    else if (thinking) topK = drop('top_k', 'not allowed while the model thinks');
  }
  return { temperature, topP, topK, losses };
}
