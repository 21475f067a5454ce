import type { KubeConfig } from '@kubernetes/client-node';
import { request } from './kubernetes.ts';

const labels = { app: 'web' };
const container = {
  name: 'web',
  image: 'registry.k8s.io/pause:3.10',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const template = {
  metadata: { labels },
  spec: {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
  },
};
const rbac = 'rbac.authorization.k8s.io';
const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace: 'shop' }];

/** What a tenant makes in a cluster of its own: of the whole cluster, and in a namespace of its own. */
const workloads: [collection: string, object: object][] = [
  ['/api/v1/namespaces', { metadata: { name: 'shop', labels: { team: 'shop' } } }],
  [
    `/apis/${rbac}/v1/clusterroles`,
    { metadata: { name: 'shop-reader' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
  ],
  [
    `/apis/${rbac}/v1/clusterrolebindings`,
    {
      metadata: { name: 'shop-reader' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'shop-reader' },
      subjects,
    },
  ],
  [
    `/apis/${rbac}/v1/namespaces/shop/rolebindings`,
    {
      metadata: { name: 'viewers' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'tenantry-tenant-view' },
      subjects,
    },
  ],
  [
    '/apis/apps/v1/namespaces/shop/deployments',
    { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: labels }, template } },
  ],
  ['/api/v1/namespaces/shop/secrets', { metadata: { name: 'password' }, stringData: { password: 'correct horse' } }],
  ['/api/v1/namespaces/default/configmaps', { metadata: { name: 'settings' }, data: { colour: 'green' } }],
];

/** How many of them there are. */
export const virtualWorkloads = workloads.length;

/** As the tenant, in its virtual cluster. Throws an Error with the cluster's answer when it refuses one. */
export async function addVirtualWorkloads(tenant: KubeConfig): Promise<void> {
  for (const [path, object] of workloads) {
    const answer = await request(tenant, 'POST', path, object);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  }
}

interface Read {
  metadata: { name: string; labels?: object };
  status?: unknown;
}

/** They as they are there, without what API servers say of them. */
export async function virtualDump(tenant: KubeConfig): Promise<unknown[]> {
  return Promise.all(
    workloads.map(async ([collection, object]) => {
      const { metadata: wanted } = object as Read;
      const { status: code, text } = await request(tenant, 'GET', `${collection}/${wanted.name}`);
      if (code !== 200) return { collection, name: wanted.name, code };
      const { metadata, status: _, ...content } = JSON.parse(text) as Read;
      return { collection, name: metadata.name, labels: metadata.labels, ...content };
    }),
  );
}
