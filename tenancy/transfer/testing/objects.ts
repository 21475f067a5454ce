import fc from 'fast-check';
import type { KubernetesObject } from '../../workspace/kubernetes-object.ts';

/** What an API server adds to every object. */
export const lived = {
  uid: '6f6a0a2b-3c57-4a8e-9c0f-0f0e6c1f7b11',
  resourceVersion: '4711',
  generation: 3,
  creationTimestamp: '2026-11-01T00:00:00Z',
  managedFields: [{ manager: 'kubectl', operation: 'Apply', fieldsV1: {} }],
};

/** An object as it is read from an API server. */
export function live(
  apiVersion: string,
  kind: string,
  name: string,
  content: Readonly<Record<string, unknown>> = {},
  metadata: Readonly<Record<string, unknown>> = {},
): KubernetesObject {
  return { apiVersion, kind, metadata: { ...lived, name, namespace: 'tenant-acme', ...metadata }, ...content };
}

const namespaces = ['shop', 'back', 'tenant-acme', 'default'] as const;
const kinds: readonly (readonly [string, string])[] = [
  ['v1', 'Pod'],
  ['v1', 'Secret'],
  ['v1', 'ConfigMap'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'Namespace'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['batch/v1', 'Job'],
  ['batch/v1', 'CronJob'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['example.com/v1', 'Widget'],
];

/** Keys and texts that mean something to somebody, so that chance hits them. */
const keys = fc.constantFrom(
  'name',
  'namespace',
  'namespaceSelector',
  'matchLabels',
  'kubernetes.io/metadata.name',
  'tenantry.dev/tenant',
  'key',
  'values',
  'value',
  'host',
  'clusterIP',
  'ports',
  'nodePort',
  'volumeName',
  'selector',
  'template',
  'labels',
  'creationTimestamp',
  'subjects',
  'x',
);
const texts = fc.constantFrom('shop', 'back', 'acme', 'None', '10.0.0.1', 'web.shop.svc', 'a.acme.example.com', '');
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    texts,
    fc.constantFrom(null, 0, 1, true, false),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(keys, tie('node'), { maxKeys: 4 }),
  ),
})).node;

const annotations = fc.dictionary(
  fc.constantFrom('deployment.kubernetes.io/revision', 'team', 'vcluster.loft.sh/name', 'tenantry.dev/suspended'),
  fc.constantFrom('1', 'x'),
  { maxKeys: 3 },
);

/** Objects of all sorts, with anything in them. */
export const anyObject: fc.Arbitrary<KubernetesObject> = fc
  .record({
    type: fc.constantFrom(...kinds),
    name: fc.constantFrom('a', 'b', 'web', 'default'),
    namespace: fc.constantFrom(...namespaces),
    spec: fc.option(tree, { nil: undefined }),
    content: fc.dictionary(fc.constantFrom('data', 'rules', 'subjects', 'secrets'), tree, { maxKeys: 2 }),
    labels: fc.dictionary(fc.constantFrom('app', 'job-name', 'controller-uid'), fc.constantFrom('x', 'y')),
    annotations,
  })
  .map(({ type: [apiVersion, kind], name, namespace, spec, content, labels, annotations: notes }) => {
    const { subjects, secrets, ...rest } = content;
    // The API server keeps lists of maps here; nothing else can come.
    const lists = { ...(isMaps(subjects) && { subjects }), ...(isMaps(secrets) && { secrets }) };
    const clusterWide = ['Namespace', 'ClusterRole', 'CustomResourceDefinition'].includes(kind);
    const metadata = { ...lived, name, labels, annotations: notes, ...(!clusterWide && { namespace }) };
    return { apiVersion, kind, metadata, ...rest, ...lists, ...(spec !== undefined && { spec }), status: { x: 1 } };
  });

function isMaps(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each))
  );
}
