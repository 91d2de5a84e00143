import type { Config } from '../lambda/core/config/schema.ts';

/** Names of the secrets that the providers of a config read their keys from, each once. */
export function providerSecrets(config: Config): string[] {
  const names = Object.values(config.providers).flatMap((provider) =>
    'key' in provider && provider.key?.secret !== undefined ? [provider.key.secret] : [],
  );
  return [...new Set(names)].sort();
}
