import type { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { request } from '../support/kubernetes.ts';

const container = {
  name: 'web',
  image: 'registry.k8s.io/e2e/web:1',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
const labels = { app: 'web' };
const deployment = {
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { securityContext, containers: [container] } },
  },
};
const pod = (name: string, privileged: boolean) => ({
  metadata: { name },
  spec: privileged
    ? { containers: [{ ...container, securityContext: { privileged } }] }
    : { securityContext, containers: [container] },
});

interface Sides {
  tenant: string;
  /** As the tenant, inside. */
  inside: () => KubeConfig;
  /** As the platform's operator, on the host. */
  host: () => KubeConfig;
}

/** What a tenant can do in its virtual cluster, and what of it is seen on the host. */
export function testVirtualCluster({ tenant, inside, host }: Sides): void {
  const as = (method: string, path: string, body?: unknown) => request(inside(), method, path, body);

  describe('in its virtual cluster', () => {
    it('makes namespaces and deploys; the pods are on the host under its virtual cluster’s name', async () => {
      const namespace = await as('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
      expect(namespace.status, namespace.text).toBe(201);
      const deployed = await as('POST', '/apis/apps/v1/namespaces/shop/deployments', deployment);
      expect(deployed.status, deployed.text).toBe(201);
      const synced = await eventually('the pod on the host', async () => {
        const { text } = await request(host(), 'GET', `/api/v1/namespaces/tenant-${tenant}/pods`);
        const { items } = JSON.parse(text) as { items: { metadata: { name: string } }[] };
        return items.find(({ metadata }) => metadata.name.startsWith('web-'))?.metadata.name;
      });
      expect(synced).toMatch(new RegExp(`^web-[a-z0-9]+-[a-z0-9]+-x-shop-x-${tenant}$`));
    });

    it.each([
      ['a privileged pod', '/api/v1/namespaces/shop/pods', pod('bad', true), /violates PodSecurity/],
      [
        'anything in the system’s namespaces',
        '/api/v1/namespaces/kube-system/pods',
        pod('good', false),
        /tenantry-virtual-system-namespaces/,
      ],
      [
        'a webhook that rewrites what the platform writes',
        '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
        { metadata: { name: 'mine' } },
        /cannot create resource "mutatingwebhookconfigurations"/,
      ],
    ])('may not make %s', async (_what, path, body, reason) => {
      const { status, text } = await as('POST', path, body);
      expect(status).toBe(403);
      expect(JSON.parse(text).message).toMatch(reason);
    });
  });
}
