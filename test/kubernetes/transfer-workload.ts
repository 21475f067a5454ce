import { goodPod } from '../../functions/isolation/well-behaved.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';

const rbac = 'rbac.authorization.k8s.io';

/** What a shop might have in its namespace: one of each kind that a tenant can make, all admitted by the fences. */
export function namespaced(namespace: string, tenantId: string): KubernetesObject[] {
  const labels = { app: 'web' };
  const of = (apiVersion: string, kind: string, name: string, content: Record<string, unknown>): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace, labels },
    ...content,
  });
  const { spec: pod } = goodPod({ tenantId, namespace, numbers: basicNumbers, neighbour: 'default' });
  const template = { metadata: { labels }, spec: { ...(pod as object), serviceAccountName: 'web' } };
  const job = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
  const selector = { matchLabels: labels };
  const claim = {
    storageClassName: 'gp3',
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
  };
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const host = `shop.${tenantId}.tenants.example.com`;
  return [
    of('v1', 'ServiceAccount', 'web', { automountServiceAccountToken: false }),
    of('v1', 'Secret', 'key', { type: 'Opaque', data: { key: Buffer.from('s3cret').toString('base64') } }),
    of('v1', 'Secret', 'fixed', { type: 'Opaque', immutable: true, stringData: { key: 'k' } }),
    of('v1', 'ConfigMap', 'settings', { data: { mode: 'fast' } }),
    of(`${rbac}/v1`, 'Role', 'reader', { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] }),
    of(`${rbac}/v1`, 'RoleBinding', 'reader', {
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'web', namespace }],
    }),
    of(`${rbac}/v1`, 'RoleBinding', 'operators', {
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'tenantry-tenant-view' },
      subjects: [{ kind: 'ServiceAccount', name: 'web', namespace }],
    }),
    of('v1', 'Service', 'web', { spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } }),
    of('v1', 'Service', 'db', { spec: { selector: { app: 'db' }, clusterIP: 'None', ports: [{ port: 5432 }] } }),
    of('v1', 'PersistentVolumeClaim', 'files', { spec: claim }),
    of('apps/v1', 'Deployment', 'web', { spec: { replicas: 2, selector, template } }),
    of('apps/v1', 'StatefulSet', 'db', {
      spec: {
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: { ...template, metadata: { labels: { app: 'db' } } },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
      },
    }),
    of('batch/v1', 'Job', 'import', { spec: { template: job } }),
    of('batch/v1', 'CronJob', 'nightly', { spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: job } } } }),
    {
      ...goodPod({ tenantId, namespace, numbers: basicNumbers, neighbour: 'default' }),
      ...standalone(namespace),
    },
    of('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 4,
      },
    }),
    of('policy/v1', 'PodDisruptionBudget', 'web', { spec: { maxUnavailable: 1, selector } }),
    of('networking.k8s.io/v1', 'Ingress', 'web', {
      spec: {
        ingressClassName: 'alb',
        rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      },
    }),
    of('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
      spec: {
        podSelector: selector,
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'tenantry.dev/tenant': tenantId } } }] }],
      },
    }),
  ];
}

function standalone(namespace: string): Pick<KubernetesObject, 'metadata'> {
  return { metadata: { name: 'shell', namespace, labels: { app: 'shell' } } };
}

/** What it might have beside that in a cluster of its own, and something of a kind that it defined itself. */
export function clusterWide(namespace: string): KubernetesObject[] {
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' };
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { team: 'shop' } } },
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names, versions: [version] },
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'shop-reader' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'shop-reader' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'shop-reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'web', namespace }],
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inside', namespace }, data: { a: 'b' } },
  ];
}

/** One object of the kind that {@link clusterWide} defines. */
export function widget(namespace: string): KubernetesObject {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'one', namespace }, spec: { size: 3 } };
}
