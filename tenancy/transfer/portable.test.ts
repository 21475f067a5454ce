import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Mapping, sameNames } from './place.ts';
import { portable } from './portable.ts';
import { anyObject, live } from './testing/objects.ts';

const runs = { seed: 20261122, numRuns: 500 };
const renaming: Mapping = {
  namespaces: { shop: 'tenant-acme--2', back: 'tenant-acme--2', 'tenant-acme': 'tenant-acme--2' },
  tenantId: { from: 'acme', to: 'globex' },
  ingressDomain: { from: 'acme.example.com', to: 'globex.example.org' },
};

describe('a portable object', () => {
  test('twice is once, whatever the object', () => {
    fc.assert(
      fc.property(anyObject, fc.constantFrom(sameNames, renaming), (object, mapping) => {
        const once = portable(object, mapping);
        expect(portable(once, mapping)).toEqual(once);
      }),
      runs,
    );
  });

  test('has nothing that a cluster said about it, and is what can be sent', () => {
    fc.assert(
      fc.property(anyObject, (object) => {
        const { metadata, status, ...rest } = portable(object, renaming);
        expect(status).toBeUndefined();
        expect(
          Object.keys(metadata).filter((key) => !['name', 'namespace', 'labels', 'annotations'].includes(key)),
        ).toEqual([]);
        expect(metadata.annotations ?? {}).not.toHaveProperty(['deployment.kubernetes.io/revision']);
        expect(JSON.parse(JSON.stringify({ metadata, ...rest }))).toEqual({ metadata, ...rest });
      }),
      runs,
    );
  });

  test('leaves what it was made from as it was', () => {
    fc.assert(
      fc.property(anyObject, (object) => {
        const before = structuredClone(object);
        portable(object, renaming);
        expect(object).toEqual(before);
      }),
      runs,
    );
  });
});

const port = { port: 80, targetPort: 8080, protocol: 'TCP', nodePort: 31_002 };

test('a Service keeps its ports and loses its addresses; headless stays headless', () => {
  const spec = { type: 'LoadBalancer', clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [port] };
  const filledIn = { healthCheckNodePort: 31_003, ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
  expect(portable(live('v1', 'Service', 'web', { spec: { ...spec, ...filledIn } }), sameNames).spec).toEqual({
    type: 'LoadBalancer',
    ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }],
  });
  const headless = live('v1', 'Service', 'web', {
    spec: { clusterIP: 'None', clusterIPs: ['None'], ipFamilyPolicy: 'PreferDualStack' },
  });
  expect(portable(headless, sameNames).spec).toEqual({ clusterIP: 'None', ipFamilyPolicy: 'PreferDualStack' });
});

test('a claim forgets its volume, and what that was made from', () => {
  const annotations = {
    'pv.kubernetes.io/bind-completed': 'yes',
    'volume.kubernetes.io/selected-node': 'n1',
    team: 'a',
  };
  const spec = { storageClassName: 'gp3', volumeName: 'pvc-1', dataSource: { kind: 'VolumeSnapshot', name: 'x' } };
  const claim = portable(live('v1', 'PersistentVolumeClaim', 'data', { spec }, { annotations }), sameNames);
  expect(claim).toEqual({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'tenant-acme', annotations: { team: 'a' } },
    spec: { storageClassName: 'gp3' },
  });
});

test('a Job gets a selector of its own again, unless its maker chose one', () => {
  const labels = { 'controller-uid': 'u', 'batch.kubernetes.io/job-name': 'once', app: 'once' };
  const spec = { selector: { matchLabels: { 'controller-uid': 'u' } }, template: { metadata: { labels } } };
  const job = portable(live('batch/v1', 'Job', 'once', { spec }, { labels }), sameNames);
  expect(job.spec).toEqual({ template: { metadata: { labels: { app: 'once' } } } });
  expect(job.metadata.labels).toEqual({ app: 'once' });
  const manual = { ...spec, manualSelector: true };
  expect(portable(live('batch/v1', 'Job', 'once', { spec: manual }), sameNames).spec).toEqual(manual);
});

test('a pod forgets its node and what admission put into it', () => {
  const mounts = [
    { name: 'kube-api-access-x7k2p', mountPath: '/x' },
    { name: 'data', mountPath: '/data' },
  ];
  const env = [
    { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'x' },
    { name: 'MODE', value: 'fast' },
  ];
  const notReady = {
    key: 'node.kubernetes.io/not-ready',
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  };
  const spec = {
    nodeName: 'n1',
    priority: 0,
    serviceAccount: 'default',
    serviceAccountName: 'default',
    tolerations: [notReady],
    volumes: [{ name: 'kube-api-access-x7k2p' }, { name: 'data' }],
    containers: [{ name: 'a', volumeMounts: mounts, env }],
  };
  expect(portable(live('v1', 'Pod', 'p', { spec }), sameNames).spec).toEqual({
    serviceAccountName: 'default',
    volumes: [{ name: 'data' }],
    containers: [{ name: 'a', volumeMounts: [mounts[1]], env: [env[1]] }],
  });
});

describe('names that Kubernetes itself goes by follow', () => {
  const binding = (subjects: object[]) =>
    portable(live('rbac.authorization.k8s.io/v1', 'RoleBinding', 'b', { subjects }, { namespace: 'shop' }), renaming);

  test('subjects of bindings', () => {
    const { metadata, subjects } = binding([
      { kind: 'ServiceAccount', name: 'web', namespace: 'back' },
      { kind: 'ServiceAccount', name: 'web', namespace: 'elsewhere' },
      { kind: 'Group', name: 'system:serviceaccounts:shop' },
      { kind: 'User', name: 'system:serviceaccount:shop:web' },
      { kind: 'Group', name: 'tenant:acme:view' },
      { kind: 'Group', name: 'tenant:acmesister:view' },
    ]) as unknown as { metadata: { namespace: string }; subjects: Record<string, string>[] };
    expect(metadata.namespace).toBe('tenant-acme--2');
    expect(subjects.map(({ namespace, name }) => namespace ?? name)).toEqual([
      'tenant-acme--2',
      'elsewhere',
      'system:serviceaccounts:tenant-acme--2',
      'system:serviceaccount:tenant-acme--2:web',
      'tenant:globex:view',
      'tenant:acmesister:view',
    ]);
  });

  test('selectors of namespaces in network policies, two that become one too', () => {
    const selector = {
      matchLabels: { 'kubernetes.io/metadata.name': 'shop', 'tenantry.dev/tenant': 'acme', app: 'shop' },
      matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['shop', 'back', 'other'] }],
    };
    const spec = {
      ingress: [{ from: [{ namespaceSelector: selector, podSelector: { matchLabels: { app: 'shop' } } }] }],
    };
    expect(portable(live('networking.k8s.io/v1', 'NetworkPolicy', 'p', { spec }), renaming).spec).toEqual({
      ingress: [
        {
          from: [
            {
              namespaceSelector: {
                matchLabels: {
                  'kubernetes.io/metadata.name': 'tenant-acme--2',
                  'tenantry.dev/tenant': 'globex',
                  app: 'shop',
                },
                matchExpressions: [
                  { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['tenant-acme--2', 'other'] },
                ],
              },
              podSelector: { matchLabels: { app: 'shop' } },
            },
          ],
        },
      ],
    });
  });

  test('hosts below the domain that the platform gives out, and no others', () => {
    const hosts = ['acme.example.com', 'a.acme.example.com', 'notacme.example.com', 'shop.of.acme'];
    const spec = { rules: hosts.map((host) => ({ host })), tls: [{ hosts, secretName: 'acme.example.com' }] };
    const moved = ['globex.example.org', 'a.globex.example.org', 'notacme.example.com', 'shop.of.acme'];
    expect(portable(live('networking.k8s.io/v1', 'Ingress', 'i', { spec }), renaming).spec).toEqual({
      rules: moved.map((host) => ({ host })),
      tls: [{ hosts: moved, secretName: 'acme.example.com' }],
    });
  });

  test('the tenant’s own nodes', () => {
    const pod = (tenant: string) => ({
      nodeSelector: { 'tenantry.dev/tenant': tenant },
      tolerations: [{ key: 'tenantry.dev/tenant', value: tenant }],
    });
    const spec = { template: { spec: pod('acme') } };
    expect(portable(live('apps/v1', 'Deployment', 'd', { spec }), renaming).spec).toEqual({
      template: { spec: pod('globex') },
    });
  });
});
