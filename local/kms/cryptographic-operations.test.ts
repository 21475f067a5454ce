import { describe, expect, it } from 'vitest';
import { testKeys } from './test-keys.ts';

const DAY = 86_400_000;
const refused = (code: string) => expect.objectContaining({ code });
const Plaintext = Buffer.from('secret');

describe('encryption', () => {
  it('gives back what it took, by a blob that names its key', async () => {
    const { call, key } = testKeys();
    const [one, two] = [await key(), await key()];
    const { CiphertextBlob, KeyId } = await call('Encrypt', { KeyId: one, Plaintext });
    expect(KeyId).toBe(one);
    expect(CiphertextBlob.includes(Plaintext)).toBe(false);
    expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({ KeyId: one, Plaintext });
    expect((await call('Decrypt', { CiphertextBlob: CiphertextBlob.toString('base64') })).Plaintext).toEqual(Plaintext);
    await expect(call('Decrypt', { CiphertextBlob, KeyId: two })).rejects.toEqual(refused('IncorrectKeyException'));
  });

  it('binds a blob to its encryption context, whose order does not matter', async () => {
    const { call, key } = testKeys();
    const encrypted = { KeyId: await key(), Plaintext, EncryptionContext: { a: '1', b: '2' } };
    const { CiphertextBlob } = await call('Encrypt', encrypted);
    const decrypt = (EncryptionContext?: object) => call('Decrypt', { CiphertextBlob, EncryptionContext });
    expect((await decrypt({ b: '2', a: '1' })).Plaintext).toEqual(Plaintext);
    for (const other of [undefined, {}, { a: '1' }, { a: '1', b: '3' }, { A: '1', b: '2' }])
      await expect(decrypt(other)).rejects.toEqual(refused('InvalidCiphertextException'));
  });

  it('notices every byte that was changed', async () => {
    const { call, key } = testKeys();
    const { CiphertextBlob } = await call('Encrypt', { KeyId: await key(), Plaintext });
    for (let at = 0; at < CiphertextBlob.length; at++) {
      const changed = Buffer.from(CiphertextBlob);
      changed[at] = (changed[at] ?? 0) ^ 1;
      // Within the key's id the blob names a key that there is not.
      const code = at >= 1 && at < 17 ? 'AccessDeniedException' : 'InvalidCiphertextException';
      await expect(call('Decrypt', { CiphertextBlob: changed }), `byte ${at}`).rejects.toEqual(refused(code));
    }
    const short = { CiphertextBlob: CiphertextBlob.subarray(0, 20) };
    await expect(call('Decrypt', short)).rejects.toEqual(refused('InvalidCiphertextException'));
  });

  it('makes data keys of the length asked for', async () => {
    const { call, key } = testKeys();
    const KeyId = await key();
    for (const [input, length] of [
      [{ KeySpec: 'AES_256' }, 32],
      [{ KeySpec: 'AES_128' }, 16],
      [{ NumberOfBytes: 64 }, 64],
    ] as const) {
      const made = await call('GenerateDataKey', { KeyId, ...input });
      expect(made.Plaintext).toHaveLength(length);
      expect((await call('Decrypt', { CiphertextBlob: made.CiphertextBlob })).Plaintext).toEqual(made.Plaintext);
    }
    expect(await call('GenerateDataKeyWithoutPlaintext', { KeyId, KeySpec: 'AES_256' })).not.toHaveProperty(
      'Plaintext',
    );
    for (const input of [
      {},
      { KeySpec: 'AES_256', NumberOfBytes: 32 },
      { NumberOfBytes: 1025 },
      { KeySpec: 'AES_512' },
    ])
      await expect(call('GenerateDataKey', { KeyId, ...input })).rejects.toEqual(refused('ValidationException'));
  });

  it('takes 1 to 4,096 bytes', async () => {
    const { call, key } = testKeys();
    const KeyId = await key();
    const encrypt = (length: number) => call('Encrypt', { KeyId, Plaintext: Buffer.alloc(length) });
    await encrypt(4096);
    for (const length of [0, 4097]) await expect(encrypt(length)).rejects.toEqual(refused('ValidationException'));
  });

  it.each([
    ['DisableKey', 'DisabledException', 'is disabled.'],
    ['ScheduleKeyDeletion', 'KMSInvalidStateException', 'is pending deletion.'],
  ])('ends with %s', async (operation, code, text) => {
    const { call, key } = testKeys();
    const KeyId = await key();
    const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext });
    await call(operation, { KeyId });
    const uses: [string, object][] = [
      ['Encrypt', { KeyId, Plaintext }],
      ['GenerateDataKey', { KeyId, KeySpec: 'AES_256' }],
      ['Decrypt', { CiphertextBlob }],
    ];
    for (const [use, input] of uses)
      await expect(call(use, input), use).rejects.toMatchObject({ code, message: `${KeyId} ${text}` });
  });

  it('is over for good when the key is deleted', async () => {
    const { cloud, call, key } = testKeys();
    const KeyId = await key();
    const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext });
    await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    await cloud.clock.sleep(7 * DAY);
    await expect(call('Decrypt', { CiphertextBlob })).rejects.toThrow(
      'refers to a customer master key that does not exist',
    );
  });
});

describe('rotation', () => {
  it('is off until it is asked for, and yearly', async () => {
    const { cloud, call, key } = testKeys();
    const KeyId = await key();
    const status = () => call('GetKeyRotationStatus', { KeyId });
    expect(await status()).toEqual({ KeyId, KeyRotationEnabled: false });
    await call('EnableKeyRotation', { KeyId });
    const first = await status();
    expect(first).toMatchObject({ KeyId, KeyRotationEnabled: true, RotationPeriodInDays: 365 });
    expect(Math.round((first.NextRotationDate.getTime() - cloud.clock.now()) / DAY)).toBe(365);
    await cloud.clock.sleep(366 * DAY);
    expect((await status()).NextRotationDate.getTime() - first.NextRotationDate.getTime()).toBe(365 * DAY);
    await call('DisableKeyRotation', { KeyId });
    expect(await status()).toEqual({ KeyId, KeyRotationEnabled: false });
    const short = call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 89 });
    await expect(short).rejects.toEqual(refused('ValidationException'));
  });

  it('brings new material, and old blobs stay readable', async () => {
    const { cloud, call, key } = testKeys();
    const KeyId = await key();
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    const material = (blob: Buffer) => blob.readUInt32BE(17);
    const before = await call('Encrypt', { KeyId, Plaintext });
    await cloud.clock.sleep(181 * DAY);
    const after = await call('Encrypt', { KeyId, Plaintext });
    expect([material(before.CiphertextBlob), material(after.CiphertextBlob)]).toEqual([0, 2]);
    for (const { CiphertextBlob } of [before, after])
      expect((await call('Decrypt', { CiphertextBlob })).Plaintext).toEqual(Plaintext);
  });
});
