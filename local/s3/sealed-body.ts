import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** Bytes as they are stored under a data key of 256 bits: nonce, tag, ciphertext (AES-256-GCM). */
export function sealBody(dataKey: Uint8Array, bytes: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce);
  const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** What {@link sealBody} took. Throws an Error for bytes that were changed, or another key. */
export function openBody(dataKey: Uint8Array, stored: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', dataKey, stored.subarray(0, NONCE));
  decipher.setAuthTag(stored.subarray(NONCE, NONCE + TAG));
  return Buffer.concat([decipher.update(stored.subarray(NONCE + TAG)), decipher.final()]);
}
