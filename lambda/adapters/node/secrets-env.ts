import type { KeyRef, Secrets } from '../../ports/secrets.ts';

/**
 * Provider keys from environment variables, for local use. A reference to Secrets Manager has no key here, and an
 * empty variable counts as not set, since `KEY= npm start` means just that.
 */
export function createEnvSecrets(env: Readonly<Record<string, string | undefined>>): Secrets {
  const read = (ref: KeyRef): string | undefined => {
    if (ref.env === undefined || !Object.hasOwn(env, ref.env)) return undefined;
    const value = env[ref.env]?.trim();
    return value === '' ? undefined : value;
  };
  return {
    has: (ref) => read(ref) !== undefined,
    get: async (ref) => read(ref),
    renew: async (ref) => read(ref),
  };
}
