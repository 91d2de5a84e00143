import type { ProviderConfig } from '../core/config/schema.ts';
import { openai, openaiCompatible, sandbox } from './openai-compatible/index.ts';
import type { Provider } from './provider.ts';

/** Every kind of provider that a config can name; a new kind in the schema does not compile until it stands here. */
export const PROVIDERS: Readonly<Record<ProviderConfig['type'], Provider>> = {
  openai,
  'openai-compatible': openaiCompatible,
  sandbox,
};
