import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Cloud, Credentials } from '../kernel/service.ts';
import type { Store } from '../kernel/store.ts';
import { accessKeyId } from './identifiers.ts';
import type { SessionCaller } from './session.ts';

/** What a session token says, sealed. */
interface Sealed {
  readonly key: string;
  /** Milliseconds of the cloud's clock. */
  readonly expires: number;
  readonly caller: SessionCaller;
}

export interface TemporaryCredentials {
  issue(caller: SessionCaller, durationSeconds: number): Credentials;
  /** What was issued under this key and token; undefined if it was not issued here or one does not belong to the other. */
  open(keyId: string, token: string): { caller: SessionCaller; secret: string; expires: number } | undefined;
}

/** Opened tokens that are kept, since one session signs many requests. */
const LARGEST_CACHE = 10_000;

/**
 * Temporary credentials whose session token holds all there is to know about them, sealed with a key of this local
 * cloud, as AWS's own tokens do. So they survive a restart, and there is nothing to keep or to purge.
 */
export function temporaryCredentials(cloud: Pick<Cloud, 'store' | 'clock'>): TemporaryCredentials {
  const master = masterKey(cloud.store);
  const opened = new Map<string, Sealed | undefined>();
  const secretOf = (key: string) => createHmac('sha256', master).update(`secret:${key}`).digest('base64').slice(0, 40);
  return {
    issue(caller, durationSeconds) {
      const key = accessKeyId('ASIA', caller.accountId);
      // AWS gives whole seconds.
      const expires = Math.floor(cloud.clock.now() / 1000 + durationSeconds) * 1000;
      return {
        accessKeyId: key,
        secretAccessKey: secretOf(key),
        sessionToken: seal(master, { key, expires, caller }),
        expiration: new Date(expires),
      };
    },
    open(keyId, token) {
      if (!opened.has(token)) {
        if (opened.size >= LARGEST_CACHE) opened.clear();
        opened.set(token, unseal(master, token));
      }
      const sealed = opened.get(token);
      if (sealed?.key !== keyId) return undefined;
      return { caller: sealed.caller, secret: secretOf(keyId), expires: sealed.expires };
    },
  };
}

function masterKey(store: Store): Buffer {
  const keys = store.collection<string>('iam.masterKey');
  const known = keys.get('session-tokens');
  if (known) return Buffer.from(known, 'base64');
  const fresh = randomBytes(32);
  keys.put('session-tokens', fresh.toString('base64'));
  return fresh;
}

function seal(master: Buffer, content: Sealed): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', master, nonce);
  const body = Buffer.concat([cipher.update(deflateRawSync(JSON.stringify(content))), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
}

function unseal(master: Buffer, token: string): Sealed | undefined {
  const bytes = Buffer.from(token, 'base64');
  if (bytes.length < 29) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', master, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    const body = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
    return JSON.parse(inflateRawSync(body).toString()) as Sealed;
  } catch {
    // Not sealed here: the caller answers that the token is invalid.
    return undefined;
  }
}
