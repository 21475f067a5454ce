import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { endpoint } from './support/endpoint.ts';
import { operatorKubeConfig, request } from './support/kubernetes.ts';
import { createTenant, freshTenant } from './support/product.ts';

const clients = connect(endpoint);
const tenant = freshTenant('mine');
const neighbour = freshTenant('theirs');
const own = `/namespaces/tenant-${tenant}`;
const other = `/namespaces/tenant-${neighbour}`;

let bus: BusListener;
let operator: KubeConfig;
/** As the tenant gets it from `tenantry kubeconfig`: its token comes from `tenantry token`. */
const identity = new KubeConfig();

beforeAll(async () => {
  bus = await listen(clients);
  await Promise.all([tenant, neighbour].map((id) => createTenant(clients, id)));
  await Promise.all([tenant, neighbour].map((id) => bus.heard('TenantReady', id)));
  identity.loadFromString((await tenantry(endpoint, 'kubeconfig', tenant)).stdout);
  operator = await operatorKubeConfig(clients);
});
afterAll(() => bus.close());

const as = (method: string, path: string, body?: unknown) => request(identity, method, path, body);

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'web',
            image: 'registry.k8s.io/e2e/web:1',
            imagePullPolicy: 'Always',
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    },
  },
};

describe('with its own identity, a tenant', () => {
  it('may deploy, and its controllers make the pods', async () => {
    const created = await as('POST', `/apis/apps/v1${own}/deployments`, deployment);
    expect(created.status, created.text).toBe(201);
    await expect
      .poll(async () => JSON.parse((await as('GET', `/api/v1${own}/pods`)).text).items.length, { timeout: 30_000 })
      .toBe(2);
  });

  it('may keep secrets and configuration of its own', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, stringData: { key: 'value' } };
    expect((await as('POST', `/api/v1${own}/secrets`, secret)).status).toBe(201);
    expect((await as('GET', `/api/v1${own}/secrets/key`)).status).toBe(200);
  });

  it.each([
    ['read the neighbour’s secrets', 'GET', `/api/v1${other}/secrets`],
    ['read the neighbour’s pods', 'GET', `/api/v1${other}/pods`],
    ['deploy at the neighbour’s', 'POST', `/apis/apps/v1${other}/deployments`, deployment],
    ['list all namespaces', 'GET', '/api/v1/namespaces'],
    ['list secrets of the whole cluster', 'GET', '/api/v1/secrets'],
    ['see the nodes', 'GET', '/api/v1/nodes'],
    ['change the labels of its namespace', 'PATCH', `/api/v1${own}`, { metadata: { labels: { a: 'b' } } }],
    ['delete its namespace', 'DELETE', `/api/v1${own}`],
    ['change the admission policies', 'GET', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'],
  ])('may not %s', async (_what, method, path, body?: unknown) => {
    const { status, text } = await as(method, path, body);
    expect(status, text).toBe(403);
    expect(text).toContain('forbidden');
  });

  it.each(['resourcequotas', 'limitranges', 'networkpolicies', 'rolebindings'])(
    'may not change or delete the platform’s %s',
    async (resource) => {
      const groups: Record<string, string> = {
        networkpolicies: '/apis/networking.k8s.io/v1',
        rolebindings: '/apis/rbac.authorization.k8s.io/v1',
      };
      const path = `${groups[resource] ?? '/api/v1'}${own}/${resource}`;
      const listed = JSON.parse((await request(operator, 'GET', path)).text) as {
        items: { metadata: { name: string; resourceVersion: string } }[];
      };
      expect(listed.items.length).toBeGreaterThan(0);
      for (const { metadata } of listed.items) {
        const change = await as('PATCH', `${path}/${metadata.name}`, { metadata: { annotations: { a: 'b' } } });
        const removal = await as('DELETE', `${path}/${metadata.name}`);
        expect([change.status, removal.status], `${metadata.name}: ${change.text} ${removal.text}`).toEqual([403, 403]);
      }
      const after = JSON.parse((await request(operator, 'GET', path)).text) as typeof listed;
      expect(after.items.map((item) => item.metadata.name)).toEqual(listed.items.map((item) => item.metadata.name));
    },
  );

  it('may not run a pod in the host’s network', async () => {
    const spec = { ...deployment.spec.template.spec, hostNetwork: true };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'host' }, spec };
    const { status, text } = await as('POST', `/api/v1${own}/pods`, pod);
    expect(status, text).toBe(403);
    expect(text).toContain('violates PodSecurity');
  });
});
