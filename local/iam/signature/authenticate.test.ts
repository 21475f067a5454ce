import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import type { Credentials, SignedRequest } from '../../kernel/service.ts';
import { openStore } from '../../kernel/sqlite-store.ts';
import { cloudWithRole, LAMBDA, OPERATOR, testCloud, trustOf, WORKER } from '../test-cloud.ts';

class Sha256 {
  private readonly hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer);
  }
  update(data: string | Uint8Array) {
    this.hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.hash.digest());
  }
  reset() {
    throw new Error('not used');
  }
}

type Signable = {
  method: string;
  path: string;
  query?: Record<string, string>;
  body?: string;
  headers?: Record<string, string>;
};

function signer(credentials: Credentials, service: string) {
  return new SignatureV4({
    credentials,
    region: 'us-east-1',
    service,
    sha256: Sha256 as never,
    uriEscapePath: service !== 's3',
  });
}

function toRequest({ method, path, query = {}, body = '', headers = {} }: Signable) {
  return {
    method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    query,
    body,
    headers: { host: '127.0.0.1', ...headers },
  };
}

function received(signed: {
  method: string;
  path: string;
  query?: unknown;
  headers: Record<string, string>;
  body?: string;
}): SignedRequest {
  const query = Object.entries((signed.query ?? {}) as Record<string, string>)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  return {
    method: signed.method,
    url: query ? `${signed.path}?${query}` : signed.path,
    headers: Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(signed.body ?? ''),
  };
}

async function sign(credentials: Credentials, service: string, request: Signable, date = new Date()) {
  return received((await signer(credentials, service).sign(toRequest(request), { signingDate: date })) as never);
}

describe('authentication', () => {
  it('takes twelve digits for that account and any other made-up key for the local operator', async () => {
    const { identity } = testCloud();
    const by = (id: string) =>
      identity.authenticate({
        method: 'POST',
        url: '/',
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=${id}/20200101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00`,
          'x-amz-date': '20200101T000000Z',
        },
        body: new Uint8Array(),
      });
    expect(by('222222222222')).toMatchObject({ kind: 'administrator', accountId: '222222222222' });
    expect(by('test')).toMatchObject({ kind: 'administrator', accountId: '111111111111' });
    expect(() => by('AKIAIOSFODNN7EXAMPLE')).toThrow(
      expect.objectContaining({ code: 'InvalidClientTokenId', status: 403 }) as Error,
    );
  });

  it('verifies signatures in the header, for every service with its own path encoding', async () => {
    const { identity } = await cloudWithRole();
    const worker = identity.serviceRole(WORKER, LAMBDA, 'one');
    const credentials = identity.credentials(worker, 900);
    for (const [service, path] of [
      ['eks', '/clusters/a%20b/node%3Agroups'],
      ['s3', '/bucket/a%20b%2Bc/d'],
      ['sqs', '/'],
    ] as const) {
      const request = await sign(credentials, service, {
        method: 'POST',
        path,
        body: '{"a":1}',
        query: { 'x y': 'z/ä' },
      });
      expect(identity.authenticate(request)).toMatchObject({ arn: worker.arn, roleArn: WORKER });
      const tampered = { ...request, body: Buffer.from('{"a":2}') };
      expect(() => identity.authenticate(tampered)).toThrow(
        service === 's3' ? /header does not match what was computed/ : /signature we calculated does not match/,
      );
      expect(() => identity.authenticate({ ...request, url: `${request.url}&more=1` })).toThrow(
        expect.objectContaining({
          code: service === 'eks' ? 'InvalidSignatureException' : 'SignatureDoesNotMatch',
        }) as Error,
      );
    }
  });

  it('verifies presigned URLs, which STS takes for 15 minutes whatever they ask for', async () => {
    const { identity } = await cloudWithRole();
    const worker = identity.serviceRole(WORKER, LAMBDA, 'one');
    const credentials = identity.credentials(worker, 7200);
    const presign = async (minutesAgo: number) => {
      const request = toRequest({
        method: 'GET',
        path: '/',
        query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
        headers: { 'x-k8s-aws-id': 'shared-1' },
      });
      const signed = await signer(credentials, 'sts').presign(request, {
        expiresIn: 60,
        signingDate: new Date(Date.now() - minutesAgo * 60_000),
        unhoistableHeaders: new Set(['x-k8s-aws-id']),
      });
      return received({ ...signed, method: 'GET', headers: { ...request.headers } } as never);
    };
    expect(identity.authenticate(await presign(0))).toMatchObject({ arn: worker.arn });
    expect(identity.authenticate(await presign(14))).toMatchObject({ arn: worker.arn });
    const late = await presign(16);
    expect(() => identity.authenticate(late)).toThrow(
      /^Signature expired: \d{8}T\d{6}Z is now earlier than .* - 15 min\.\)$/,
    );
    const otherCluster = { ...(await presign(0)), headers: { host: '127.0.0.1', 'x-k8s-aws-id': 'shared-2' } };
    expect(() => identity.authenticate(otherCluster)).toThrow(/does not match/);
  });

  it('refuses old requests, other tokens, and expired sessions', async () => {
    const cloud = await cloudWithRole();
    const { identity } = cloud;
    const one = identity.credentials(identity.serviceRole(WORKER, LAMBDA, 'one'), 900);
    const two = identity.credentials(identity.serviceRole(WORKER, LAMBDA, 'two'), 900);
    const request = { method: 'POST', path: '/', headers: { 'x-amz-target': 'AmazonSQS.SendMessage' } };
    const old = await sign(one, 'sqs', request, new Date(Date.now() - 6 * 60_000));
    expect(() => identity.authenticate(old)).toThrow(
      expect.objectContaining({ code: 'InvalidSignatureException', status: 400 }) as Error,
    );
    const mixed = await sign({ ...one, sessionToken: two.sessionToken }, 'sqs', request);
    expect(() => identity.authenticate(mixed)).toThrow(
      expect.objectContaining({ code: 'UnrecognizedClientException' }) as Error,
    );
    const good = await sign(one, 'sqs', request);
    expect(identity.authenticate(good)).toMatchObject({ kind: 'role' });
    await cloud.clock.sleep(901_000);
    expect(() => identity.authenticate(good)).toThrow(
      expect.objectContaining({
        code: 'ExpiredTokenException',
        message: 'The security token included in the request is expired',
      }) as Error,
    );
  });

  it('names what is missing in a request without a whole signature', () => {
    const { identity } = testCloud();
    const request = {
      method: 'POST',
      url: '/',
      headers: { 'x-amz-target': 'AWSStepFunctions.X' },
      body: new Uint8Array(),
    };
    expect(() => identity.authenticate(request)).toThrow(
      expect.objectContaining({ code: 'MissingAuthenticationTokenException' }) as Error,
    );
    const half = { ...request, headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a/b' } };
    expect(() => identity.authenticate(half)).toThrow(/requires 'Signature' parameter/);
  });

  it('keeps sessions over a restart, and ends them with their role', async () => {
    const store = openStore(':memory:');
    const before = await cloudWithRole({ store });
    const credentials = before.identity.credentials(before.identity.serviceRole(WORKER, LAMBDA, 'one'), 900);
    const after = testCloud({ store });
    const request = await sign(credentials, 'sqs', { method: 'POST', path: '/' });
    expect(after.identity.authenticate(request)).toMatchObject({ roleArn: WORKER });
    await after.call('iam', 'DeleteRolePolicy', { RoleName: 'worker', PolicyName: 'send' }, OPERATOR);
    await after.call('iam', 'DeleteRole', { RoleName: 'worker' }, OPERATOR);
    await after.call('iam', 'CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: trustOf(LAMBDA) }, OPERATOR);
    expect(() => after.identity.authenticate(request)).toThrow(/security token .* is invalid/);
  });
});
