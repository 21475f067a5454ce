import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { eksToken } from './eks-token.ts';

const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret/+=', sessionToken: "session/+=*'()!" };
const options = { clusterName: 'shared-1', region: 'eu-west-1', credentials, now: new Date('2026-11-22T10:00:00Z') };

async function urlOf(token: Promise<string>): Promise<URL> {
  const [prefix, body = ''] = (await token).split('.', 2);
  expect(prefix).toBe('k8s-aws-v1');
  return new URL(Buffer.from(body, 'base64url').toString());
}

test('is a presigned GetCallerIdentity of the regional STS, bound to the cluster by a signed header', async () => {
  const url = await urlOf(eksToken(options));
  expect(url.origin).toBe('https://sts.eu-west-1.amazonaws.com');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Credential': 'ASIAEXAMPLE/20261122/eu-west-1/sts/aws4_request',
    'X-Amz-Date': '20261122T100000Z',
    'X-Amz-Expires': '60',
    'X-Amz-Security-Token': credentials.sessionToken,
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
  });
});

test('carries the signature that STS computes from the same request', async () => {
  const url = await urlOf(eksToken(options));
  expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureOf(url, 'shared-1'));
  expect(url.searchParams.get('X-Amz-Signature')).not.toBe(signatureOf(url, 'shared-2'));
});

test('does not depend on the endpoint that the SDK is configured for', async () => {
  const before = process.env.AWS_ENDPOINT_URL;
  const plain = await eksToken(options);
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:4566';
  try {
    expect(await eksToken(options)).toBe(plain);
  } finally {
    if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = before;
  }
});

test('has no padding and fits the 4 KiB that EKS accepts', async () => {
  const token = await eksToken({ ...options, credentials: { ...credentials, sessionToken: 'x'.repeat(1_500) } });
  expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  expect(token.length).toBeLessThan(4_096);
});

/** Signature Version 4 by the book: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function signatureOf(url: URL, cluster: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams]
    .filter(([key]) => key !== 'X-Amz-Signature')
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .sort()
    .join('&');
  const empty = createHash('sha256').digest('hex');
  const canonical = `GET\n/\n${query}\nhost:${url.host}\nx-k8s-aws-id:${cluster}\n\nhost;x-k8s-aws-id\n${empty}`;
  const scope = '20261122/eu-west-1/sts/aws4_request';
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = `AWS4-HMAC-SHA256\n20261122T100000Z\n${scope}\n${digest}`;
  const key = scope
    .split('/')
    .reduce<Buffer>((k, part) => createHmac('sha256', k).update(part).digest(), Buffer.from('AWS4secret/+='));
  return createHmac('sha256', key).update(text).digest('hex');
}
