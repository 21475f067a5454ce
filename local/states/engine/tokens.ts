import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Store } from '../../kernel/store.ts';

/** Makes task tokens and tells its own from invented ones, also long after their task has ended. */
export interface TokenMint {
  make(executionKey: number): string;
  /** Whether this mint (or one on the same store) made the token. */
  made(token: string): boolean;
}

const SIGNATURE_BYTES = 32;

/** Tokens carry a signature under a secret that is made once per store. */
export function openTokenMint(store: Store): TokenMint {
  const secrets = store.collection<{ secret: string }>('states.token-secret');
  let secret = secrets.get('secret')?.secret;
  if (secret === undefined) {
    secret = randomBytes(32).toString('base64');
    secrets.put('secret', { secret });
  }
  const key = Buffer.from(secret, 'base64');
  const sign = (body: Buffer) => createHmac('sha256', key).update(body).digest();
  return {
    make(executionKey) {
      const body = Buffer.alloc(32);
      body.writeUInt8(1, 0);
      body.writeUIntBE(executionKey, 1, 6);
      randomBytes(25).copy(body, 7);
      return Buffer.concat([body, sign(body)]).toString('base64');
    },
    made(token) {
      const bytes = Buffer.from(token, 'base64');
      if (bytes.length !== 32 + SIGNATURE_BYTES) return false;
      return timingSafeEqual(bytes.subarray(32), sign(bytes.subarray(0, 32)));
    },
  };
}
