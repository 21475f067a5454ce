import { randomBytes } from 'node:crypto';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * A unique id with its documented prefix (AROA role, AIDA user, ANPA policy, AIPA instance profile).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export function uniqueId(prefix: 'AROA' | 'AIDA' | 'ANPA' | 'ANVA' | 'AIPA'): string {
  return prefix + base32(randomBytes(11)).slice(0, 17);
}

/** An access key id that carries its account, as AWS's do: long-term (AKIA) or temporary (ASIA). */
export function accessKeyId(prefix: 'AKIA' | 'ASIA', accountId: string): string {
  const bytes = randomBytes(10);
  // The account stands in bits 7 to 46 of the first six bytes.
  const head = (BigInt(accountId) << 7n) | BigInt((bytes[5] ?? 0) & 0x7f);
  for (let index = 0; index < 6; index++) bytes[index] = Number((head >> BigInt(8 * (5 - index))) & 0xffn);
  return prefix + base32(bytes);
}

/** The account in an access key id made by `accessKeyId`; undefined if the id is not of that form. */
export function accountOfAccessKey(id: string): string | undefined {
  if (!/^A[KS]IA[A-Z2-7]{16}$/.test(id)) return undefined;
  let bits = 0n;
  for (const character of id.slice(4, 14)) bits = (bits << 5n) | BigInt(BASE32.indexOf(character));
  // Ten characters are 50 bits: the six bytes and two more.
  return String((bits >> 9n) & ((1n << 40n) - 1n)).padStart(12, '0');
}

/** A secret access key: 40 characters. */
export function secretAccessKey(): string {
  return randomBytes(30).toString('base64');
}

function base32(bytes: Uint8Array): string {
  let bits = 0;
  let held = 0;
  let text = '';
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 5) {
      held -= 5;
      text += BASE32[(bits >> held) & 31];
    }
    bits &= (1 << held) - 1;
  }
  return text;
}
