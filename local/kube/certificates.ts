import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  contextTag,
  generalizedTime,
  integer,
  objectIdentifier,
  octetString,
  primitiveContextTag,
  sequence,
  setOf,
  utf8String,
} from './der.ts';

/** A certificate and its private key (PKCS #8), both PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly commonName: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** Kubernetes reads these as the groups of a client certificate. */
  readonly organization?: string;
  readonly usage: readonly ('server' | 'client')[];
  /** DNS names and IPv4 addresses a server certificate is good for. */
  readonly names?: readonly string[];
}

const DAY = 24 * 60 * 60 * 1000;
/** EKS gives its cluster CAs ten years. */
const VALID_DAYS = 3650;

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
} as const;

/** A new self-signed certificate authority (ECDSA P-256, valid from a day ago for ten years). */
export function createAuthority(commonName: string): KeyedCertificate {
  const keys = newKeyPair();
  const certificate = signCertificate({
    subject: name(commonName),
    issuer: name(commonName),
    publicKey: keys.publicKey,
    issuerKey: keys.key,
    issuerKeyId: keyId(keys.publicKey),
    extensions: [
      extension(OID.basicConstraints, true, sequence(boolean(true))),
      // digitalSignature, keyCertSign and cRLSign: bits 0, 5 and 6.
      extension(OID.keyUsage, true, bitString(Buffer.from([0b1000_0110]), 1)),
    ],
  });
  return { certificate, key: keys.key, commonName };
}

/** A new key and a certificate for it, signed by `authority`. */
export function issueCertificate(authority: KeyedCertificate, request: CertificateRequest): KeyedCertificate {
  const keys = newKeyPair();
  const names = request.names ?? [];
  const certificate = signCertificate({
    subject: name(request.commonName, request.organization),
    issuer: name(authority.commonName),
    publicKey: keys.publicKey,
    issuerKey: authority.key,
    issuerKeyId: keyId(publicKeyOf(authority.key)),
    extensions: [
      extension(OID.basicConstraints, true, sequence()),
      extension(OID.keyUsage, true, bitString(Buffer.from([0b1000_0000]), 7)),
      extension(OID.extendedKeyUsage, false, sequence(...request.usage.map((usage) => objectIdentifier(OID[usage])))),
      ...(names.length > 0
        ? [extension(OID.subjectAlternativeName, false, sequence(...names.map(alternativeName)))]
        : []),
    ],
  });
  return { certificate, key: keys.key, commonName: request.commonName };
}

/** A key pair that signs service account tokens (ES256; an RSA key would take a tenth of a second of every first start). */
export function createSigningKeys(): { publicKey: string; privateKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

interface ToBeSigned {
  subject: Buffer;
  issuer: Buffer;
  publicKey: Buffer;
  issuerKey: string;
  issuerKeyId: Buffer;
  extensions: Buffer[];
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function signCertificate(parts: ToBeSigned): string {
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256));
  const from = Date.now() - DAY;
  const body = sequence(
    contextTag(0, integer(2n)),
    integer(serialNumber()),
    algorithm,
    parts.issuer,
    sequence(generalizedTime(new Date(from)), generalizedTime(new Date(from + VALID_DAYS * DAY))),
    parts.subject,
    parts.publicKey,
    contextTag(
      3,
      sequence(
        ...parts.extensions,
        extension(OID.subjectKeyIdentifier, false, octetString(keyId(parts.publicKey))),
        extension(OID.authorityKeyIdentifier, false, sequence(primitiveContextTag(0, parts.issuerKeyId))),
      ),
    ),
  );
  const signature = sign('sha256', body, createPrivateKey(parts.issuerKey));
  const der = sequence(body, algorithm, bitString(signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function newKeyPair(): { key: string; publicKey: Buffer } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { key: privateKey, publicKey };
}

function publicKeyOf(privateKey: string): Buffer {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
}

/** Any stable identifier serves; the subject of a chain names its issuer's. */
function keyId(publicKey: Buffer): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20);
}

/** 159 random bits: positive and within the 20 bytes that RFC 5280 allows. */
function serialNumber(): bigint {
  return (BigInt(`0x${randomBytes(20).toString('hex')}`) >> 1n) | 1n;
}

function name(commonName: string, organization?: string): Buffer {
  const attribute = (type: string, value: string) => setOf(sequence(objectIdentifier(type), utf8String(value)));
  return sequence(
    ...(organization ? [attribute(OID.organization, organization)] : []),
    attribute(OID.commonName, commonName),
  );
}

function alternativeName(value: string): Buffer {
  if (isIP(value) === 4) return primitiveContextTag(7, Buffer.from(value.split('.').map(Number)));
  return primitiveContextTag(2, Buffer.from(value, 'ascii'));
}

function extension(type: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(type), ...(critical ? [boolean(true)] : []), octetString(value));
}
