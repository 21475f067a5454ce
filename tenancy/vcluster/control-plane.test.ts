import { expect, test } from 'vitest';
import { nodePoolSettings } from '../workspace/node-pools.ts';
import { controlPlaneObjects } from './control-plane.ts';
import { exampleFacts } from './example-facts.ts';
import { vclusterValues } from './values.ts';

const objects = controlPlaneObjects(exampleFacts);
const kinds = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

test('the StatefulSet comes last, after all that its pod mounts and runs as', () => {
  expect(kinds).toEqual([
    'ServiceAccount vc-acme',
    'ServiceAccount vc-workload-acme',
    'Secret vc-config-acme',
    'RoleBinding vc-acme',
    'Service acme',
    'Service acme-headless',
    'StatefulSet acme',
  ]);
});

test('the Service that others must be able to change is not labelled as protected', () => {
  const open = objects.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'] === undefined);
  expect(open.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Service acme']);
});

test('the pod of the control plane is changed with its configuration', () => {
  const hash = (facts = exampleFacts) => {
    const spec = controlPlaneObjects(facts).at(-1)?.spec as { template: { metadata: { annotations: object } } };
    return spec.template.metadata.annotations;
  };
  expect(hash()).toEqual(hash());
  const host = { ...exampleFacts.host, serviceCidr: '10.100.0.0/16' };
  expect(hash({ ...exampleFacts, host })).not.toEqual(hash());
});

test('nothing of the host is synced but events of the tenant’s own objects', () => {
  const { fromHost } = vclusterValues(exampleFacts).sync;
  const synced = Object.entries(fromHost).filter(([, { enabled }]) => enabled);
  expect(synced.map(([kind]) => kind)).toEqual(['events']);
});

test('where the tier has nodes of its own, the control plane and all that is synced run there', () => {
  const nodePool = nodePoolSettings.parse({ limits: { cpu: '100', memory: '400Gi' } });
  const facts = { ...exampleFacts, numbers: { ...exampleFacts.numbers, nodePool } };
  const nodeSelector = { 'tenantry.dev/tier': 'standard' };
  expect(vclusterValues(facts).sync).toMatchObject({
    toHost: { pods: { enabled: true, enforceTolerations: ['tenantry.dev/tier=standard:NoSchedule'] } },
    fromHost: { nodes: { enabled: false, selector: { labels: nodeSelector } } },
  });
  const podOf = (objects: ReturnType<typeof controlPlaneObjects>) =>
    (objects.at(-1)?.spec as { template: { spec: object } } | undefined)?.template.spec;
  const tolerations = [{ key: 'tenantry.dev/tier', operator: 'Equal', value: 'standard', effect: 'NoSchedule' }];
  expect(podOf(controlPlaneObjects(facts))).toMatchObject({ nodeSelector, tolerations });
  expect(podOf(objects)).not.toHaveProperty('nodeSelector');
});

test('a long name still fits everything that Kubernetes makes of it', () => {
  const workspace = { ...exampleFacts.workspace, tenantId: `${'a'.repeat(50)}-corp` };
  for (const { metadata } of controlPlaneObjects({ ...exampleFacts, workspace })) {
    expect(metadata.name.length).toBeLessThanOrEqual(63);
    for (const label of Object.values(metadata.labels ?? {})) expect(label.length).toBeLessThanOrEqual(63);
  }
});
