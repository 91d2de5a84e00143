import { LRUCache } from 'lru-cache';
import type { KeyRef, Secrets } from '../../ports/secrets.ts';

/** How long a key is used before it is read again, so that a rotated key is picked up without a deploy. */
const TTL_MS = 300_000;
/** Between two reads of one secret because an upstream refused its key: a key that is wrong must not cost a call each time. */
const RENEW_MS = 10_000;
/** Keys of a deployment: one per provider. */
const MAX_KEYS = 100;

export interface SecretsManagerOptions {
  /** Reads the current value of a secret by name; undefined when there is none. Rejects when the service cannot be reached. */
  readonly read: (name: string) => Promise<string | undefined>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/**
 * Provider keys from Secrets Manager, by the `secret` of a reference; `env` is for local adapters and is never read
 * here. Requests that want the same key at the same time share one call, and a key that was read once outlives an
 * outage of the service.
 */
export function createSecretsManagerSecrets({ read, now }: SecretsManagerOptions): Secrets {
  const cache = new LRUCache<string, { readonly key: string | undefined }>({
    max: MAX_KEYS,
    ttl: TTL_MS,
    ttlResolution: 0,
    perf: { now },
    fetchMethod: async (name, known) => {
      try {
        return { key: await read(name) };
      } catch (error) {
        if (known === undefined) throw error;
        return known;
      }
    },
  });
  const renewed = new LRUCache<string, number>({ max: MAX_KEYS });
  return {
    has: (ref) => ref.secret !== undefined,
    async get(ref: KeyRef) {
      if (ref.secret === undefined) return undefined;
      return (await cache.fetch(ref.secret))?.key;
    },
    async renew(ref: KeyRef) {
      if (ref.secret === undefined) return undefined;
      const last = renewed.get(ref.secret);
      const forceRefresh = last === undefined || now() - last >= RENEW_MS;
      if (forceRefresh) renewed.set(ref.secret, now());
      return (await cache.fetch(ref.secret, { forceRefresh }))?.key;
    },
  };
}

/** Reads with AWS's client, which is loaded at the first key: a gateway of keyless upstreams never pays for it. */
export function secretsManagerReader(): (name: string) => Promise<string | undefined> {
  const loading = once(async () => {
    const sdk = await import('@aws-sdk/client-secrets-manager');
    return { sdk, client: new sdk.SecretsManagerClient({ maxAttempts: 3 }) };
  });
  return async (name) => {
    const { sdk, client } = await loading();
    try {
      const { SecretString } = await client.send(new sdk.GetSecretValueCommand({ SecretId: name }));
      const key = SecretString?.trim();
      return key === '' ? undefined : key;
    } catch (error) {
      if (error instanceof sdk.ResourceNotFoundException) return undefined;
      throw error;
    }
  };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}
