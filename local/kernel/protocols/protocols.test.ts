import { describe, expect, it } from 'vitest';
import { AwsError } from '../errors.ts';
import type { Service } from '../service.ts';
import { jsonCodec } from './json.ts';
import { decodeQuery, queryCodec } from './query.ts';
import { restJsonCodec } from './rest.ts';
import type { WireRequest } from './wire.ts';

const request = (over: Partial<WireRequest>): WireRequest => ({
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  body: new Uint8Array(),
  ...over,
});

const states: Service = {
  name: 'states',
  protocol: { kind: 'json', version: '1.0', targetPrefix: 'AWSStepFunctions' },
  operations: {},
};
const sts: Service = {
  name: 'sts',
  protocol: { kind: 'query', version: '2011-06-15', namespace: 'urn:sts' },
  operations: {},
};
const eks: Service = {
  name: 'eks',
  protocol: { kind: 'rest-json' },
  operations: {
    DescribeCluster: { http: { method: 'GET', uri: '/clusters/{name}' }, handle: () => undefined },
    ListAccessEntries: {
      http: { method: 'GET', uri: '/clusters/{clusterName}/access-entries' },
      handle: () => undefined,
    },
    Untag: { http: { method: 'DELETE', uri: '/tags/{resourceArn+}' }, handle: () => undefined },
  },
};

describe('json', () => {
  it('takes the operation from the target and writes timestamps as seconds', () => {
    const decoded = jsonCodec.decode(
      states,
      request({ headers: { 'x-amz-target': 'AWSStepFunctions.StartExecution' }, body: Buffer.from('{"a":1}') }),
    );
    expect(decoded).toEqual({ operation: 'StartExecution', input: { a: 1 } });
    expect(jsonCodec.encode(states, 'X', { startDate: new Date(1_500), blob: new Uint8Array([1, 2]) }, 'id').body).toBe(
      '{"startDate":1.5,"blob":"AQI="}',
    );
  });

  it('refuses a body that is not a JSON object, and a foreign target', () => {
    const headers = { 'x-amz-target': 'AWSStepFunctions.StartExecution' };
    expect(() => jsonCodec.decode(states, request({ headers, body: Buffer.from('{') }))).toThrow(
      expect.objectContaining({ code: 'SerializationException' }),
    );
    expect(() => jsonCodec.decode(states, request({ headers, body: Buffer.from('[]') }))).toThrow(
      expect.objectContaining({ code: 'SerializationException' }),
    );
    expect(() => jsonCodec.decode(states, request({ headers: { 'x-amz-target': 'AWSEvents.PutEvents' } }))).toThrow(
      expect.objectContaining({ code: 'UnknownOperationException' }),
    );
  });
});

describe('query', () => {
  it('unfolds members and entries', () => {
    const parameters = new URLSearchParams(
      'Action=A&Version=1&Tags.member.2.Key=b&Tags.member.1.Key=a&Map.entry.1.key=k&Map.entry.1.value=v&Empty.member=&Plain=x',
    );
    expect(decodeQuery(parameters)).toEqual({
      Tags: [{ Key: 'a' }, { Key: 'b' }],
      Map: { k: 'v' },
      Empty: [],
      Plain: 'x',
    });
  });

  it('writes results and errors as XML', () => {
    const answer = queryCodec.encode(
      sts,
      'GetCallerIdentity',
      { Arn: 'a&b', List: ['x'], Summary: new Map([['Roles', 2]]) },
      'id',
    ).body;
    expect(answer).toContain(
      '<GetCallerIdentityResult><Arn>a&amp;b</Arn><List><member>x</member></List><Summary><entry><key>Roles</key><value>2</value></entry></Summary></GetCallerIdentityResult>',
    );
    const failure = queryCodec.encodeError(sts, new AwsError('AccessDenied', 'no <way>', { status: 403 }), 'id');
    expect(failure.status).toBe(403);
    expect(failure.body).toContain('<Code>AccessDenied</Code><Message>no &lt;way&gt;</Message>');
  });
});

it('refuses query parameters that are nested without end', () => {
  const name = Array(50_000).fill('a').join('.');
  expect(() => decodeQuery(new URLSearchParams([[name, 'x']]))).toThrow(
    expect.objectContaining({ code: 'MalformedQueryString' }),
  );
  const allowed = Array(60).fill('a').join('.');
  expect(decodeQuery(new URLSearchParams([[allowed, 'x']]))).toHaveProperty('a');
});

describe('rest-json', () => {
  it('finds the operation by method and path and decodes labels', () => {
    expect(restJsonCodec.decode(eks, request({ method: 'GET', path: '/clusters/a%20b' }))).toEqual({
      operation: 'DescribeCluster',
      input: { name: 'a b' },
    });
    expect(restJsonCodec.decode(eks, request({ method: 'GET', path: '/clusters/c/access-entries' })).operation).toBe(
      'ListAccessEntries',
    );
    expect(
      restJsonCodec.decode(
        eks,
        request({ method: 'DELETE', path: '/tags/arn:aws:eks/x', query: new URLSearchParams('tagKeys=a&tagKeys=b') }),
      ).input,
    ).toEqual({
      resourceArn: 'arn:aws:eks/x',
      tagKeys: ['a', 'b'],
    });
  });

  it('answers 404 for what it does not know', () => {
    expect(() => restJsonCodec.decode(eks, request({ method: 'PUT', path: '/clusters/a' }))).toThrow(
      expect.objectContaining({ status: 404 }),
    );
  });
});
