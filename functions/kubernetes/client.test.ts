import { describe, expect, test } from 'vitest';
import { CatalogueError } from '../../tenancy/errors.ts';
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

describe('errors', () => {
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
