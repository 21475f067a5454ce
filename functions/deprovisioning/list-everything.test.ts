import { describe, expect, it } from 'vitest';
import { listEverything } from './list-everything.ts';

describe('listEverything', () => {
  const list = ['get', 'list'];
  const shop = 'shop.example/v1';
  const answers: Record<string, unknown> = {
    '/apis': {
      groups: [
        { name: 'shop.example', versions: [{ groupVersion: shop }], preferredVersion: { groupVersion: shop } },
        // Metrics: its server is down.
        { name: 'metrics.k8s.io', versions: [{ groupVersion: 'x' }], preferredVersion: { groupVersion: 'x' } },
      ],
    },
    '/api/v1': {
      groupVersion: 'v1',
      resources: [
        { name: 'secrets', kind: 'Secret', namespaced: true, verbs: list },
        { name: 'nodes', kind: 'Node', namespaced: false, verbs: list },
        { name: 'events', kind: 'Event', namespaced: true, verbs: list },
        { name: 'bindings', kind: 'Binding', namespaced: true, verbs: ['create'] },
      ],
    },
    '/apis/shop.example/v1': {
      groupVersion: 'shop.example/v1',
      resources: [{ name: 'carts', kind: 'Cart', namespaced: true, verbs: list }],
    },
    '/api/v1/namespaces/tenant-acme/secrets?limit=500': {
      items: [{ metadata: { name: 'one' } }],
      metadata: { continue: 'next' },
    },
    '/api/v1/namespaces/tenant-acme/secrets?limit=500&continue=next': { items: [{ metadata: { name: 'two' } }] },
    '/apis/shop.example/v1/namespaces/tenant-acme/carts?limit=500': { items: [{ metadata: { name: 'cart' } }] },
  };
  const cluster = (refused = '') =>
    ({
      async request({ path }: { path: string }) {
        if (path === refused) return { status: 403, body: { message: 'forbidden' } };
        return path in answers ? { status: 200, body: answers[path] } : { status: 404, body: {} };
      },
    }) as never;

  it('finds all kinds with objects of their own, page after page, and custom ones', async () => {
    const found = await listEverything(cluster(), 'tenant-acme');
    expect(found.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual([
      'v1 Secret one',
      'v1 Secret two',
      'shop.example/v1 Cart cart',
    ]);
  });

  it('is not content with less: one kind that cannot be read fails all', async () => {
    const refused = cluster('/apis/shop.example/v1/namespaces/tenant-acme/carts?limit=500');
    await expect(listEverything(refused, 'tenant-acme')).rejects.toMatchObject({ name: 'KubernetesForbidden' });
  });
});
