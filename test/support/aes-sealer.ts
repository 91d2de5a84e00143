import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Sealer } from '../../lambda/core/chat/capsule.ts';

const NONCE = 12;
const TAG = 16;

/** AES-256-GCM under a key that a word stands for; the nonce comes from the plain text, so that tests repeat. */
export function aesSealer(word = 'tenant'): Sealer {
  const key = createHash('sha256').update(word).digest();
  return {
    seal(plain) {
      const nonce = createHash('sha256').update(plain).digest().subarray(0, NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed) {
      const bytes = Buffer.from(sealed);
      if (bytes.length < NONCE + TAG) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE));
      decipher.setAuthTag(bytes.subarray(-TAG));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
      } catch {
        return undefined;
      }
    },
  };
}
