import type { KubeConfig } from '@kubernetes/client-node';
import { request } from './kubernetes.ts';

const labels = { app: 'web' };
const pod = {
  metadata: { labels },
  spec: {
    serviceAccountName: 'web',
    securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'web',
        image: 'registry.k8s.io/pause:3.10',
        envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'password' } }],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
};
const job = { spec: { template: { ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } } } };
const rbac = 'rbac.authorization.k8s.io';

/** Path of the collection, name, and what the tenant says about the object. */
type Part = readonly [collection: string, name: string, content: object];

/** One of each kind that travels differently. What names the namespace is as it has to be in that one. */
function parts(namespace: string): Part[] {
  const of = (collection: string) => {
    const [, root, plural] = /^(.*)\/(\w+)$/.exec(collection) ?? [];
    return `/${root}/namespaces/${namespace}/${plural}`;
  };
  return [
    [of('api/v1/serviceaccounts'), 'web', {}],
    [of('api/v1/secrets'), 'password', { type: 'Opaque', data: { password: 'Y29ycmVjdCBob3JzZQ==' } }],
    [of('api/v1/configmaps'), 'settings', { data: { colour: 'green', motto: 'travel light\n' } }],
    [
      of(`apis/${rbac}/v1/roles`),
      'reader',
      { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] },
    ],
    [
      of(`apis/${rbac}/v1/rolebindings`),
      'reader',
      {
        roleRef: { apiGroup: rbac, kind: 'Role', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'web', namespace }],
      },
    ],
    [
      of('apis/networking.k8s.io/v1/networkpolicies'),
      'own',
      {
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ['Ingress'],
          ingress: [{ from: [{ podSelector: {} }] }],
        },
      },
    ],
    [
      of('api/v1/persistentvolumeclaims'),
      'store',
      {
        spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'gp3', resources: { requests: { storage: '1Gi' } } },
      },
    ],
    [
      of('api/v1/services'),
      'web',
      { spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
    ],
    [
      of('apis/apps/v1/deployments'),
      'web',
      { spec: { replicas: 2, selector: { matchLabels: labels }, template: pod } },
    ],
    [of('apis/batch/v1/cronjobs'), 'yearly', { spec: { schedule: '0 0 1 1 *', jobTemplate: job } }],
  ];
}

/** The tenant makes its objects in the namespace. Throws an Error with the cluster's answer when it refuses one. */
export async function makeWorkload(tenant: KubeConfig, namespace: string): Promise<void> {
  for (const [collection, name, content] of parts(namespace)) {
    const { status, text } = await request(tenant, 'POST', collection, { ...content, metadata: { name, labels } });
    if (status !== 201) throw new Error(`${collection}: ${status} ${text}`);
  }
}

/** What of the workload is not in the namespace as the tenant made it: `path: reason`, empty when all of it is there. */
export async function lacking(tenant: KubeConfig, namespace: string): Promise<string[]> {
  const answers = parts(namespace).map(async ([collection, name, content]) => {
    const path = `${collection}/${name}`;
    const { status, text } = await request(tenant, 'GET', path);
    if (status !== 200) return [`${path}: ${status} ${text}`];
    const differing = differences({ ...content, metadata: { name, labels } }, JSON.parse(text), '');
    return differing.map((field) => `${path}: ${field} is not what the tenant wrote`);
  });
  return (await Promise.all(answers)).flat();
}

/** Fields that were written and are not so; an API server fills in more. */
function differences(written: unknown, live: unknown, path: string): string[] {
  if (typeof written !== 'object' || written === null) return written === live ? [] : [path];
  if (typeof live !== 'object' || live === null) return Object.keys(written).length === 0 ? [] : [path];
  if (Array.isArray(written) && (!Array.isArray(live) || live.length !== written.length)) return [path];
  return Object.entries(written).flatMap(([key, value]) =>
    differences(value, (live as Record<string, unknown>)[key], `${path}.${key}`),
  );
}
