import { describe, expect, it, test } from 'vitest';
import { computeQuotaName, objectQuotaName } from '../workspace/quota.ts';
import { exampleFacts } from './example-facts.ts';
import { hostNamespaceObjects } from './host-objects.ts';

const objects = hostNamespaceObjects(exampleFacts);
const find = (kind: string, name: string, from = objects) =>
  from.find((object) => object.kind === kind && object.metadata.name === name);
const hard = (name: string, from = objects) =>
  (find('ResourceQuota', name, from)?.spec as { hard: Record<string, string> } | undefined)?.hard;

test('the namespace comes first, fenced as any other, and says that a virtual cluster lives in it', () => {
  expect(objects[0]).toMatchObject({
    kind: 'Namespace',
    metadata: {
      name: 'tenant-acme',
      labels: {
        'app.kubernetes.io/managed-by': 'tenantry',
        'tenantry.dev/tenant': 'acme',
        'tenantry.dev/workspace': 'vcluster',
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/enforce-version': 'v1.35',
      },
    },
  });
});

test('everything in it is labelled and in the namespace', () => {
  for (const { metadata } of objects.slice(1)) {
    expect(metadata).toMatchObject({
      namespace: 'tenant-acme',
      labels: { 'app.kubernetes.io/managed-by': 'tenantry' },
    });
  }
});

test('nobody but the platform and the control plane has rights there', () => {
  const bindings = objects.filter(({ kind }) => kind === 'RoleBinding');
  expect(bindings.flatMap(({ subjects }) => subjects)).toEqual([
    { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'tenantry:platform' },
  ]);
});

describe('what the tenant gets stays the tier’s:', () => {
  it('the control plane’s needs come on top', () => {
    expect(hard(computeQuotaName)).toMatchObject({
      'requests.cpu': '2220m',
      'requests.memory': '4672Mi',
      'limits.cpu': '5200m',
      'requests.storage': '25Gi',
      'gp3.storageclass.storage.k8s.io/requests.storage': '25Gi',
    });
    expect(hard(objectQuotaName)).toMatchObject({ pods: '22', services: '13', persistentvolumeclaims: '6' });
  });

  it('a tier without load balancers has one: the way in', () => {
    expect(hard(objectQuotaName)).toMatchObject({ 'services.loadbalancers': '1', 'services.nodeports': '0' });
  });

  it('what the syncer does not write may not exist', () => {
    expect(hard(objectQuotaName)).toMatchObject({ 'count/ingresses.networking.k8s.io': '0', 'count/jobs.batch': '0' });
  });

  it('a class of storage that is not the tier’s holds the control plane’s claim alone', () => {
    const numbers = { ...exampleFacts.numbers, storageClasses: ['fast'] };
    const made = hostNamespaceObjects({ ...exampleFacts, numbers });
    expect(hard(computeQuotaName, made)).toMatchObject({
      'fast.storageclass.storage.k8s.io/requests.storage': '25Gi',
      'gp3.storageclass.storage.k8s.io/requests.storage': '5Gi',
    });
    expect(made[0]?.metadata.annotations).toMatchObject({ 'tenantry.dev/storage-classes': 'fast,gp3' });
  });

  it('limits that are too narrow for the control plane are widened just so far', () => {
    const { container, pod, persistentVolumeClaim } = exampleFacts.numbers.limits;
    const narrow = { cpu: '500m', memory: '1Gi' };
    const limits = {
      container: { ...container, max: narrow, min: { cpu: '100m', memory: '128Mi' } },
      pod: { ...pod, max: narrow },
      persistentVolumeClaim: { ...persistentVolumeClaim, max: '1Gi' },
    };
    const made = hostNamespaceObjects({ ...exampleFacts, numbers: { ...exampleFacts.numbers, limits } });
    expect(find('LimitRange', 'tenant-limits', made)?.spec).toMatchObject({
      limits: [
        { type: 'Container', max: { cpu: '1', memory: '2Gi' }, min: { cpu: '20m', memory: '64Mi' } },
        { type: 'Pod', max: { cpu: '1', memory: '2Gi' } },
        { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } },
      ],
    });
  });
});

test('of images only the tier’s registries and the three of vcluster, each by its whole name', () => {
  const { 'tenantry.dev/image-registries': registries } = objects[0]?.metadata.annotations ?? {};
  expect(registries?.split(',')).toEqual([
    'public.ecr.aws/',
    'registry.k8s.io/',
    'ghcr.io/loft-sh/vcluster-oss:0.30.0',
    'ghcr.io/loft-sh/kubernetes:v1.34.0',
    'registry.k8s.io/coredns/coredns:v1.12.1',
  ]);
});

test('beside a namespace’s policies the control plane has two: its API in, the host’s API out', () => {
  const podSelector = { matchLabels: { app: 'vcluster', release: 'acme' } };
  expect(find('NetworkPolicy', 'default-deny')?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  expect(find('NetworkPolicy', 'allow-vcluster-host-api')?.spec).toEqual({
    podSelector,
    policyTypes: ['Egress'],
    egress: [
      {
        to: [{ ipBlock: { cidr: '172.20.0.1/32' } }, { ipBlock: { cidr: '10.0.3.4/32' } }],
        ports: [{ protocol: 'TCP', port: 443 }],
      },
    ],
  });
  expect(find('NetworkPolicy', 'allow-vcluster-api')?.spec).toMatchObject({
    podSelector,
    policyTypes: ['Ingress'],
    ingress: [{ ports: [{ protocol: 'TCP', port: 8443 }] }],
  });
});
