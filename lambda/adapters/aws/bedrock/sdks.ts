import type { Credentials, Sdk } from './sdk.ts';

/** Clients that are kept: one for each endpoint and key of the config, and for keys that were replaced. */
const KEPT = 16;

export interface SdkPlace {
  readonly endpoint: string;
  readonly region: string;
  readonly token: string | undefined;
}

/** Clients by endpoint, region and key. The first call loads AWS's code, which nothing else here needs. */
export function createSdks(credentials: Credentials | undefined): (place: SdkPlace) => Promise<Sdk> {
  const known = new Map<string, Promise<Sdk>>();
  return ({ endpoint, region, token }) => {
    const key = JSON.stringify([endpoint, region, token]);
    const found = known.get(key);
    if (found !== undefined) return found;
    const [oldest] = known.keys();
    if (known.size >= KEPT && oldest !== undefined) known.delete(oldest);
    const sdk = import('./sdk.ts').then(({ openSdk }) => openSdk({ endpoint, region, token, credentials }));
    known.set(key, sdk);
    // One that cannot be loaded or opened is tried anew; whoever waits for it is told.
    sdk.catch(() => known.delete(key));
    return sdk;
  };
}
