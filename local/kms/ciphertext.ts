import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { KeyRecord } from './keys.ts';

/** What an encryption is bound to: to decrypt takes the same names and values, in any order. */
export type EncryptionContext = Readonly<Record<string, string>>;

/*
 * A blob: format, key id, number of the material, nonce, tag, ciphertext. All before the tag is authenticated, too.
 */
const FORMAT = 1;
const ID = 1;
const MATERIAL = ID + 16;
const NONCE = MATERIAL + 4;
const TAG = NONCE + 12;
const TEXT = TAG + 16;

/** Encrypts with AES-256-GCM under the newest material of a key. */
export function seal(key: KeyRecord, plaintext: Uint8Array, context: EncryptionContext): Buffer {
  const header = Buffer.alloc(TAG);
  header.writeUInt8(FORMAT, 0);
  Buffer.from(key.id.replaceAll('-', ''), 'hex').copy(header, ID);
  header.writeUInt32BE(key.materials.length - 1, MATERIAL);
  randomBytes(12).copy(header, NONCE);
  const cipher = createCipheriv('aes-256-gcm', material(key, key.materials.length - 1), header.subarray(NONCE));
  cipher.setAAD(authenticated(header, context));
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, cipher.getAuthTag(), text]);
}

/** The id of the key that a blob names. Throws InvalidCiphertextException. */
export function keyIdIn(blob: Buffer): string {
  if (blob.length < TEXT || blob.readUInt8(0) !== FORMAT) throw invalidCiphertext();
  return blob.toString('hex', ID, MATERIAL).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Decrypts what {@link seal} made. Throws InvalidCiphertextException: another context, or bytes that were changed. */
export function open(key: KeyRecord, blob: Buffer, context: EncryptionContext): Buffer {
  const header = blob.subarray(0, TAG);
  const number = header.readUInt32BE(MATERIAL);
  if (number >= key.materials.length) throw invalidCiphertext();
  const decipher = createDecipheriv('aes-256-gcm', material(key, number), header.subarray(NONCE));
  decipher.setAAD(authenticated(header, context));
  decipher.setAuthTag(blob.subarray(TAG, TEXT));
  try {
    return Buffer.concat([decipher.update(blob.subarray(TEXT)), decipher.final()]);
  } catch (cause) {
    throw invalidCiphertext(cause);
  }
}

function material(key: KeyRecord, number: number): Buffer {
  return Buffer.from(key.materials[number] ?? '', 'base64');
}

function authenticated(header: Buffer, context: EncryptionContext): Buffer {
  const sorted = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([header, Buffer.from(JSON.stringify(sorted))]);
}

/** KMS says no more than that. */
function invalidCiphertext(cause?: unknown): AwsError {
  return new AwsError('InvalidCiphertextException', '', cause === undefined ? {} : { cause });
}
