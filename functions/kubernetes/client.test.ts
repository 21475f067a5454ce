import { describe, expect, test } from 'vitest';
import { CatalogueError, errorCatalogue } from '../../tenancy/errors.ts';
import { kubernetesClient } from './client.ts';
import type { HttpAnswer, HttpRequest } from './connection.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant-acme' } };

function clientAnswering(status: number, body: unknown, contentType = 'application/json') {
  const requests: HttpRequest[] = [];
  const answer: HttpAnswer = {
    status,
    headers: { 'content-type': contentType },
    text: typeof body === 'string' ? body : JSON.stringify(body),
  };
  const connection = async (request: HttpRequest) => {
    requests.push(request);
    return answer;
  };
  return { requests, client: kubernetesClient(connection, async () => ({ authorization: 'Bearer t' })) };
}

test('apply is a forced server-side apply under one field manager', async () => {
  const { client, requests } = clientAnswering(200, namespace);
  expect(await client.apply(namespace)).toEqual(namespace);
  expect(requests).toEqual([
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/tenant-acme?fieldManager=tenantry&force=true',
      headers: {
        accept: 'application/json',
        'user-agent': 'tenantry',
        'content-type': 'application/apply-patch+yaml',
        authorization: 'Bearer t',
      },
      body: JSON.stringify(namespace),
    },
  ]);
});

test('names are encoded into the path, so that none leads elsewhere', async () => {
  const { client, requests } = clientAnswering(200, namespace);
  await client.get({ apiVersion: 'v1', kind: 'Secret', name: '../../nodes', namespace: 'a/b' });
  expect(requests[0]?.path).toBe('/api/v1/namespaces/a%2Fb/secrets/..%2F..%2Fnodes');
});

test('a kind outside the table, and a namespaced one without namespace, are defects of the caller', async () => {
  const { client } = clientAnswering(200, {});
  await expect(client.apply({ ...namespace, kind: 'Flow' })).rejects.toThrow('Flow');
  await expect(client.apply({ ...namespace, kind: 'Pod' })).rejects.toThrow('needs a namespace');
});

test('get of what does not exist is undefined, delete of it false', async () => {
  const { client } = clientAnswering(404, { kind: 'Status', message: 'not found' });
  expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'x' })).toBeUndefined();
  expect(await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'x' })).toBe(false);
});

test('a deletion says of which object, and how long it may take, only if asked to', async () => {
  const { client, requests } = clientAnswering(200, {});
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'x', name: 'y' };
  await client.delete(pod);
  await client.delete(pod, { uid: 'z', gracePeriodSeconds: 0 });
  const common = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
  expect(requests.map(({ body }) => JSON.parse(body ?? ''))).toEqual([
    common,
    { ...common, preconditions: { uid: 'z' }, gracePeriodSeconds: 0 },
  ]);
});

test('the items of a list know their type', async () => {
  const { client, requests } = clientAnswering(200, { items: [{ metadata: { name: 'a' } }] });
  const found = await client.list({ apiVersion: 'v1', kind: 'Namespace' }, { labelSelector: 'a=b', limit: 1 });
  expect(found).toEqual([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }]);
  expect(requests[0]?.path).toBe('/api/v1/namespaces?labelSelector=a%3Db&limit=1');
});

test('a raw request is answered with whatever status, also when the answer is plain text', async () => {
  const { client } = clientAnswering(429, 'Too many requests, please try again later.\n', 'text/plain');
  expect(await client.request({ method: 'GET', path: '/readyz' })).toEqual({
    status: 429,
    body: { message: 'Too many requests, please try again later.' },
  });
});

describe('who asks', () => {
  /** A cluster that takes one token, and a caller who gets the next one when his is refused. */
  function refusing(taken: string, tokens: readonly string[], who?: string) {
    const sent: (string | undefined)[] = [];
    const connection = async ({ headers }: HttpRequest) => {
      sent.push(headers['authorization']);
      const status = headers['authorization'] === taken ? 200 : 401;
      return {
        server: 'https://shared-1.example',
        status,
        headers: { 'content-type': 'application/json' },
        text: JSON.stringify(status === 200 ? namespace : { kind: 'Status', message: 'Unauthorized' }),
      };
    };
    let asked = 0;
    const identity = async () => ({ authorization: tokens[Math.min(asked++, tokens.length - 1)] ?? '' });
    return { sent, client: kubernetesClient(connection, identity, who) };
  }

  test('a token that expired is renewed once, and whatever was asked for is asked for again', async () => {
    const { client, sent } = refusing('new', ['old', 'new']);
    expect(await client.apply(namespace)).toEqual(namespace);
    expect(sent).toEqual(['old', 'new']);
  });

  test('once only: a cluster that refuses the new one too does not know the caller, and the text says whom', async () => {
    const { client, sent } = refusing('none', ['old', 'new', 'newer'], 'role/tenantry-ensure-namespace');
    await expect(client.apply(namespace)).rejects.toMatchObject({
      name: 'KubernetesUnauthorized',
      message: expect.stringMatching(
        /^PATCH https:\/\/shared-1\.example\/api.*: Unauthorized .*role\/tenantry-ensure-namespace: look at its access entries/,
      ),
    });
    expect(sent).toEqual(['old', 'new']);
  });

  test('whoever has no other headers is not heard twice', async () => {
    const { client, sent } = refusing('none', ['only']);
    expect(await client.request({ method: 'GET', path: '/api' })).toMatchObject({ status: 401 });
    expect(sent).toEqual(['only']);
  });
});

test('what is called JSON and is none is ClusterUnreachable: something else answers in the place of the cluster', async () => {
  const { client } = clientAnswering(200, '<html>');
  await expect(client.apply(namespace)).rejects.toMatchObject({
    name: 'ClusterUnreachable',
    message: expect.stringContaining('"<html>"'),
  });
});

describe('errors', () => {
  test.each([
    [429, { 'retry-after': '17' }, {}, 'KubernetesThrottled', 'come back after 17 s'],
    [429, {}, { details: { retryAfterSeconds: 3 } }, 'KubernetesThrottled', 'come back after 3 s'],
    [503, { 'retry-after': '1' }, {}, 'ClusterUnreachable', 'come back after 1 s'],
  ])('HTTP %i with Retry-After %j %j says when to come back', async (status, headers, body, name, text) => {
    const connection = async () => ({
      status,
      headers: { 'content-type': 'application/json', ...headers },
      text: JSON.stringify({ kind: 'Status', message: 'too many requests', ...body }),
    });
    const client = kubernetesClient(connection, async () => ({}));
    await expect(client.apply(namespace)).rejects.toMatchObject({ name, message: expect.stringContaining(text) });
  });

  test('an exceeded quota is none of permissions, and its remedy advises none', async () => {
    const message =
      'pods "web" is forbidden: exceeded quota: tenant-compute, requested: pods=1, used: pods=20, limited: pods=20';
    const { client } = clientAnswering(403, { kind: 'Status', reason: 'Forbidden', message });
    await expect(client.apply(namespace)).rejects.toMatchObject({
      name: 'KubernetesQuotaExceeded',
      message: expect.stringContaining('tenant-compute'),
    });
    expect(errorCatalogue.KubernetesQuotaExceeded.remedy).not.toMatch(/[Gg]rant|permission/);
  });

  test.each([
    [401, {}, 'KubernetesUnauthorized'],
    [403, {}, 'KubernetesForbidden'],
    [403, { details: { causes: [{ reason: 'NamespaceTerminating' }] } }, 'NamespaceTerminating'],
    [404, {}, 'KubernetesInvalid'],
    [409, {}, 'KubernetesConflict'],
    [422, {}, 'KubernetesInvalid'],
    [429, {}, 'KubernetesThrottled'],
    [500, {}, 'ClusterUnreachable'],
    [503, {}, 'ClusterUnreachable'],
  ])('HTTP %i %j is %s, with the server’s text', async (status, body, name) => {
    const { client } = clientAnswering(status, { kind: 'Status', message: 'the reason', ...body });
    const error = await client.apply(namespace).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CatalogueError);
    expect(error).toMatchObject({ name, message: expect.stringContaining('the reason') });
  });
});
