/** Where a provider's key lies: an environment variable (local adapters only) or a Secrets Manager name (AWS only). */
export interface KeyRef {
  readonly env?: string | undefined;
  readonly secret?: string | undefined;
}

export interface Secrets {
  /** Whether the key can be had without asking a service: false means the provider cannot be used here. */
  has(ref: KeyRef): boolean;
  /** The key, cached with a short life; undefined when there is none. Rejects when the service cannot be reached. */
  get(ref: KeyRef): Promise<string | undefined>;
  /**
   * The key as it is now, after an upstream refused the one that `get` gave: a rotation is picked up at once. Asks its
   * store only so often; in between it gives what `get` gives.
   */
  renew(ref: KeyRef): Promise<string | undefined>;
}
