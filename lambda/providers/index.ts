import type { ProviderConfig } from '../core/config/schema.ts';
import { makeAnthropic } from './anthropic/index.ts';
import { makeBedrock } from './bedrock/index.ts';
import { makeOpenai, makeOpenaiCompatible, makeSandbox } from './openai-compatible/index.ts';
import type { Provider } from './provider.ts';

/** The provider that a section of the config describes; a new type in the schema does not compile until it stands here. */
export function makeProvider(config: ProviderConfig): Provider {
  switch (config.type) {
    case 'openai':
      return makeOpenai(config);
    case 'openai-compatible':
      return makeOpenaiCompatible(config);
    case 'anthropic':
      return makeAnthropic(config);
    case 'bedrock':
      return makeBedrock(config);
    case 'sandbox':
      return makeSandbox(config);
  }
}
