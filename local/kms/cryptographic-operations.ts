import { randomBytes } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { contextConditions, keyAccess, onKey } from './access.ts';
import { type EncryptionContext, keyIdIn, open, seal } from './ciphertext.ts';
import { missing, unsupported, validationError, wholeNumber } from './errors.ts';
import { type KeyRecord, type Keys, keyArn, refuseUnusable } from './keys.ts';
import { rotated } from './rotation.ts';

const LARGEST_PLAINTEXT = 4096;
const LARGEST_BLOB = 6144;
const DATA_KEYS: Readonly<Record<string, number>> = { AES_256: 32, AES_128: 16 };

/** Encryption under keys. https://docs.aws.amazon.com/kms/latest/developerguide/encryption-context.html */
export function cryptographicOperations(cloud: Cloud, keys: Keys): Record<string, Operation> {
  const withContext = (input: OperationInput) => contextConditions(encryptionContext(input));
  const sealed = (input: OperationInput, context: RequestContext, plaintext: Uint8Array) => {
    const key = rotated(keys, usable(keys, input, context), cloud.clock.now());
    return { KeyId: keyArn(key), CiphertextBlob: seal(key, plaintext, encryptionContext(input)) };
  };
  const dataKey = (input: OperationInput, context: RequestContext) => {
    const Plaintext = randomBytes(dataKeyLength(input));
    return { ...sealed(input, context, Plaintext), Plaintext };
  };
  return {
    GenerateDataKey: { authorize: onKey('GenerateDataKey', keys, withContext), handle: dataKey },
    GenerateDataKeyWithoutPlaintext: {
      authorize: onKey('GenerateDataKeyWithoutPlaintext', keys, withContext),
      handle(input, context) {
        const { Plaintext: _secret, ...answer } = dataKey(input, context);
        return answer;
      },
    },
    Encrypt: {
      authorize: onKey('Encrypt', keys, withContext),
      handle(input, context) {
        refuseAlgorithm(input);
        const plaintext = bytesOf(input.Plaintext, 'plaintext', LARGEST_PLAINTEXT);
        return { ...sealed(input, context, plaintext), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
      },
    },
    Decrypt: {
      authorize: (input, context) => {
        const key = keyOfBlob(keys, input, context);
        if (key) return [keyAccess('Decrypt', keys, key, context, withContext(input))];
        return onKey('Decrypt', keys, withContext)({ ...input, KeyId: keyIdIn(blobOf(input)) }, context);
      },
      handle: (input, context) => decrypt(keys, input, context),
    },
  };
}

function decrypt(keys: Keys, input: OperationInput, context: RequestContext) {
  refuseAlgorithm(input);
  const blob = blobOf(input);
  const key = keyOfBlob(keys, input, context);
  if (!key)
    throw new AwsError(
      'AccessDeniedException',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    );
  if (input.KeyId !== undefined && keys.require(input.KeyId, context, 'aliases').id !== key.id)
    throw new AwsError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  refuseUnusable(key);
  const Plaintext = open(key, blob, encryptionContext(input));
  return { KeyId: keyArn(key), Plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
}

function keyOfBlob(keys: Keys, input: OperationInput, { region }: RequestContext): KeyRecord | undefined {
  return keys.find(keyIdIn(blobOf(input)), region);
}

function usable(keys: Keys, input: OperationInput, context: RequestContext): KeyRecord {
  const key = keys.require(input.KeyId, context, 'aliases');
  refuseUnusable(key);
  return key;
}

function dataKeyLength({ KeySpec, NumberOfBytes }: OperationInput): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw validationError('Please specify either number of bytes or key spec.');
  if (NumberOfBytes !== undefined) return wholeNumber(NumberOfBytes, 'numberOfBytes', 1, 1024, 32);
  const length = Object.hasOwn(DATA_KEYS, KeySpec) ? DATA_KEYS[KeySpec] : undefined;
  if (length !== undefined) return length;
  throw validationError(
    `1 validation error detected: Value '${String(KeySpec)}' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]`,
  );
}

function refuseAlgorithm({ EncryptionAlgorithm = 'SYMMETRIC_DEFAULT' }: OperationInput): void {
  if (EncryptionAlgorithm !== 'SYMMETRIC_DEFAULT') throw unsupported(`EncryptionAlgorithm ${EncryptionAlgorithm}`);
}

function blobOf(input: OperationInput): Buffer {
  return bytesOf(input.CiphertextBlob, 'ciphertextBlob', LARGEST_BLOB);
}

/** Bytes as callers in process give them, or base64 as JSON has them. */
function bytesOf(value: unknown, member: string, most: number): Buffer {
  if (value === undefined || value === null) throw missing(member);
  const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value), 'base64');
  if (bytes.length >= 1 && bytes.length <= most) return bytes;
  const bound = bytes.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${most}`;
  throw validationError(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length ${bound}`,
  );
}

function encryptionContext({ EncryptionContext: given = {} }: OperationInput): EncryptionContext {
  const isText =
    typeof given === 'object' && given !== null && Object.values(given).every((v) => typeof v === 'string');
  if (!isText) throw new AwsError('SerializationException', 'The encryption context is a map of text to text.');
  return given;
}
