import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Sealer } from '../../core/chat/capsule.ts';
import type { Sealers } from '../../ports/sealers.ts';

/** Bytes of a nonce and of a tag of AES-256-GCM. Nonces are random: 2^32 seals of one tenant's key are far out of reach. */
const NONCE = 12;
const TAG = 16;
const ALGORITHM = 'aes-256-gcm';

/** Tenants whose derived key is remembered. */
const MAX_TENANTS = 1_000;

/**
 * Sealers over one secret: each tenant has a key of its own, derived with HKDF-SHA256, so that a ciphertext that wanders
 * to another tenant does not open. The secret is read once, at the first use; undefined: there is none.
 */
export function createSealers(secret: () => Promise<Uint8Array | undefined>): Sealers {
  const known = new LRUCache<string, Sealer>({ max: MAX_TENANTS });
  let reading: Promise<Uint8Array | undefined> | undefined;
  const read = (): Promise<Uint8Array | undefined> => {
    reading ??= secret().catch((error: unknown) => {
      // The next request tries again.
      reading = undefined;
      throw error;
    });
    return reading;
  };
  return {
    async of(tenant) {
      const material = await read();
      if (material === undefined) return undefined;
      const sealer = known.get(tenant) ?? sealerOf(material, tenant);
      known.set(tenant, sealer);
      return sealer;
    },
  };
}

function sealerOf(material: Uint8Array, tenant: string): Sealer {
  const key = new Uint8Array(hkdfSync('sha256', material, 'tollgate', `capsule 1 ${tenant}`, 32));
  return {
    seal(plain) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(ALGORITHM, key, nonce);
      const body = cipher.update(plain);
      cipher.final();
      return Buffer.concat([nonce, body, cipher.getAuthTag()]);
    },
    open(sealed) {
      if (sealed.length < NONCE + TAG) return undefined;
      const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE));
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
      try {
        const plain = decipher.update(sealed.subarray(NONCE, sealed.length - TAG));
        decipher.final();
        return plain;
      } catch {
        // Another tenant's, another deployment's, or changed on its way.
        return undefined;
      }
    },
  };
}
