/**
 * The few DER encodings an X.509 certificate is made of (ITU-T X.690). Node reads certificates but does not write any.
 */

const UNIVERSAL = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  generalizedTime: 0x18,
} as const;

function encode(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
}

function length(value: number): Buffer {
  if (value < 0x80) return Buffer.from([value]);
  const bytes = unsigned(BigInt(value));
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

function unsigned(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

/** SEQUENCE of encoded parts. */
export function sequence(...parts: Uint8Array[]): Buffer {
  return encode(UNIVERSAL.sequence, Buffer.concat(parts));
}

/** SET of one encoded part (of more, DER would want them sorted). */
export function setOf(part: Uint8Array): Buffer {
  return encode(UNIVERSAL.set, part);
}

export function boolean(value: boolean): Buffer {
  return encode(UNIVERSAL.boolean, Buffer.from([value ? 0xff : 0]));
}

/** A non-negative INTEGER: a leading zero byte keeps the sign bit clear. */
export function integer(value: bigint): Buffer {
  const bytes = unsigned(value);
  return encode(UNIVERSAL.integer, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** BIT STRING; `unusedBits` counts the padding of the last byte. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return encode(UNIVERSAL.bitString, Buffer.concat([Buffer.from([unusedBits]), bytes]));
}

export function octetString(bytes: Uint8Array): Buffer {
  return encode(UNIVERSAL.octetString, bytes);
}

export function utf8String(text: string): Buffer {
  return encode(UNIVERSAL.utf8String, Buffer.from(text, 'utf8'));
}

/** GeneralizedTime to the second, UTC. */
export function generalizedTime(time: Date): Buffer {
  const text = `${time.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return encode(UNIVERSAL.generalizedTime, Buffer.from(text, 'ascii'));
}

/** OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encode(UNIVERSAL.objectIdentifier, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

/** `[number]` explicit or constructed context tag. */
export function contextTag(number: number, content: Uint8Array): Buffer {
  return encode(0xa0 | number, content);
}

/** `[number]` implicit context tag of a primitive. */
export function primitiveContextTag(number: number, content: Uint8Array): Buffer {
  return encode(0x80 | number, content);
}
