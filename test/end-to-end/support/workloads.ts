import type { KubeConfig } from '@kubernetes/client-node';
import { request } from './kubernetes.ts';

const labels = { app: 'web' };
const pod = {
  metadata: { labels },
  spec: {
    serviceAccountName: 'tenant-workload',
    securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'web',
        image: 'registry.k8s.io/pause:3.10',
        imagePullPolicy: 'Always',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
};

/** Path of a collection, and an object of a tenant to put there. */
const workloads: [path: string, object: object][] = [
  [
    'apis/apps/v1|deployments',
    { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: labels }, template: pod } },
  ],
  [
    'apis/apps/v1|statefulsets',
    {
      metadata: { name: 'store' },
      spec: { replicas: 1, serviceName: 'store', selector: { matchLabels: labels }, template: pod },
    },
  ],
  [
    'apis/batch/v1|cronjobs',
    {
      metadata: { name: 'yearly' },
      spec: {
        schedule: '0 0 1 1 *',
        jobTemplate: { spec: { template: { ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } } } },
      },
    },
  ],
  ['api/v1|secrets', { metadata: { name: 'password' }, stringData: { password: 'correct horse' } }],
  ['api/v1|configmaps', { metadata: { name: 'settings' }, data: { colour: 'green' } }],
  [
    'apis/networking.k8s.io/v1|networkpolicies',
    {
      metadata: { name: 'own' },
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
    },
  ],
];

/** Kinds that a dump has, beside those. */
const others = [
  'apis/apps/v1|replicasets',
  'apis/rbac.authorization.k8s.io/v1|rolebindings',
  'api/v1|serviceaccounts',
  'api/v1|resourcequotas',
  'api/v1|limitranges',
];

/** Puts workloads of its own into a tenant's namespace. Throws an Error with the cluster's answer when it refuses one. */
export async function addWorkloads(operator: KubeConfig, namespace: string): Promise<void> {
  for (const [path, object] of workloads) {
    const [root, plural] = path.split('|');
    const answer = await request(operator, 'POST', `/${root}/namespaces/${namespace}/${plural}`, object);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  }
}

/** Makes role bindings until the quota refuses one. Throws an Error with the cluster's answer when it is refused for another reason. */
export async function useUpRoleBindings(operator: KubeConfig, namespace: string): Promise<void> {
  const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'nothing' };
  for (let count = 1; ; count++) {
    const { status, text } = await request(operator, 'POST', path, { metadata: { name: `spare-${count}` }, roleRef });
    if (status === 403 && text.includes('exceeded quota')) return;
    if (status !== 201) throw new Error(`${path}: ${status} ${text}`);
  }
}

interface Item {
  kind?: string;
  metadata: Record<string, unknown>;
  status?: unknown;
  spec?: { replicas?: number };
}

/** Everything in the namespace that lasts, as JSON, without what every write changes. */
export async function dump(operator: KubeConfig, namespace: string): Promise<string[]> {
  const collections = [...new Set([...workloads.map(([path]) => path), ...others])];
  const lists = await Promise.all(collections.map((path) => list(operator, namespace, path)));
  return lists.flat().sort();
}

async function list(operator: KubeConfig, namespace: string, path: string): Promise<string[]> {
  const [root, plural] = path.split('|');
  const { text } = await request(operator, 'GET', `/${root}/namespaces/${namespace}/${plural}`);
  const { items = [] } = JSON.parse(text) as { items?: Item[] };
  return items.map(({ status: _status, ...object }) => {
    const {
      resourceVersion: _version,
      managedFields: _managed,
      generation: _generation,
      ...metadata
    } = object.metadata;
    return `${plural} ${JSON.stringify({ ...object, metadata })}`;
  });
}

/** Pods in the namespace. */
export async function podCount(operator: KubeConfig, namespace: string): Promise<number> {
  const { text } = await request(operator, 'GET', `/api/v1/namespaces/${namespace}/pods`);
  return ((JSON.parse(text) as { items?: unknown[] }).items ?? []).length;
}
