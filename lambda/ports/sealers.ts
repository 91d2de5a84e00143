import type { Sealer } from '../core/chat/capsule.ts';

/** Authenticated encryption for what passes through callers' hands and must come back unread and unchanged. */
export interface Sealers {
  /**
   * The sealer of one tenant: nothing that it sealed opens for another. Rejects when the key cannot be read; undefined
   * where there is no key here.
   */
  of(tenant: string): Promise<Sealer | undefined>;
}
