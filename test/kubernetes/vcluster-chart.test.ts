import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type RenderedObject, renderChart } from '../../local/vcluster/chart.ts';
import { syncerClusterRole, syncerRules, watchedEndpointSlices } from '../../tenancy/vcluster/cluster-roles.ts';
import { controlPlaneObjects } from '../../tenancy/vcluster/control-plane.ts';
import { exampleFacts } from '../../tenancy/vcluster/example-facts.ts';
import { vclusterLabels } from '../../tenancy/vcluster/facts.ts';
import { vclusterValues } from '../../tenancy/vcluster/values.ts';
import { nodePoolSettings } from '../../tenancy/workspace/node-pools.ts';
import { type Difference, differences, withoutEmpty } from './differences.ts';

const ours = controlPlaneObjects(exampleFacts);
const values = vclusterValues(exampleFacts);
const keyOf = (object: { kind: string; metadata: { name?: unknown } }) => `${object.kind} ${object.metadata.name}`;

let chart: Map<string, RenderedObject>;
/** The same values, with the chart's own role and binding, which these values leave out. */
let withRole: Map<string, RenderedObject>;

beforeAll(async () => {
  const request = { name: 'acme', namespace: 'tenant-acme' };
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const rbac = { ...values.rbac, role: { enabled: true } };
  const plain = await renderChart({ ...request, values }, progress);
  const roles = await renderChart({ ...request, values: { ...values, rbac } }, progress);
  chart = new Map(plain.map((each) => [keyOf(each), each]));
  withRole = new Map(roles.map((each) => [keyOf(each), each]));
});

/** On every object: our labels beside the chart's, and who looks after it. */
const labels: Difference[] = [
  // The chart in the module's folder is given its version when it is released.
  ['metadata.labels.chart', 'vcluster-0.0.1', 'vcluster-0.30.0'],
  ['metadata.labels.heritage', 'Helm', 'tenantry'],
  ...Object.entries(vclusterLabels(exampleFacts.workspace)).map(
    ([key, value]): Difference => [`metadata.labels.${key}`, undefined, value],
  ),
];
/** The values put these labels on this object already. */
const labelledByValues = labels.slice(0, 2);

/** Every difference between what the chart renders and what is written here. Anything else fails. */
const expected: Record<string, Difference[]> = {
  'ServiceAccount vc-acme': [...labels, ['automountServiceAccountToken', undefined, true]],
  'ServiceAccount vc-workload-acme': [...labels, ['automountServiceAccountToken', undefined, false]],
  'Secret vc-config-acme': labels,
  'Service acme': labelledByValues,
  'Service acme-headless': labels,
  'StatefulSet acme': labelledByValues,
};

/** Written another way on purpose, and compared in tests of their own. */
function comparable(object: { readonly [member: string]: unknown }): unknown {
  const copy = structuredClone(object) as {
    kind: string;
    data?: unknown;
    spec?: { ports?: { nodePort?: number }[]; template?: { metadata: { annotations: object } } };
  };
  if (copy.kind === 'Secret') delete copy.data;
  // A hash of YAML there, of JSON here.
  if (copy.spec?.template !== undefined) copy.spec.template.metadata.annotations = {};
  // 0 is "none".
  for (const port of copy.spec?.ports ?? []) if (port.nodePort === 0) delete port.nodePort;
  return copy;
}

test('the same objects, but for the binding to our own cluster role', () => {
  const names = ours.map(keyOf).filter((name) => name !== 'RoleBinding vc-acme');
  expect([...chart.keys()].sort()).toEqual(names.sort());
});

test.each(ours.filter(({ kind }) => kind !== 'RoleBinding').map((object) => [keyOf(object), object]))(
  '%s is the chart’s, but for what is listed',
  (name, object) => {
    const found = differences(comparable(chart.get(name) ?? {}), comparable(object));
    expect(found).toEqual([...(expected[name] ?? [])].sort((a, b) => a[0].localeCompare(b[0])));
  },
);

describe('the rights of the control plane', () => {
  test('are the chart’s, without those for what it does not sync, and with what vcluster needs beyond them', () => {
    const snapshots = { apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'] };
    const role = withRole.get('Role vc-acme') as unknown as { rules: { apiGroups: string[] }[] };
    expect(
      role.rules.filter((rule) => rule.apiGroups[0] !== snapshots.apiGroups[0]).concat(watchedEndpointSlices),
    ).toEqual(syncerRules);
  });

  test('are bound to the same account, by a cluster role', () => {
    const binding = ours.find(({ kind }) => kind === 'RoleBinding');
    expect(differences(withRole.get('RoleBinding vc-acme') ?? {}, binding ?? {})).toEqual(
      [...labels, ['roleRef.kind', 'Role', 'ClusterRole'], ['roleRef.name', 'vc-acme', syncerClusterRole]].sort(
        (a, b) => String(a[0]).localeCompare(String(b[0])),
      ),
    );
  });

  test('hold nothing in the whole cluster', () => {
    const kinds = [...withRole.values()].map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('Cluster'))).toEqual([]);
  });
});

/**
 * Defaults of the chart that the values leave out, since what they are about is off: other distributions and stores, nodes
 * of its own, what the chart deploys, integrations.
 */
const unused = [
  'controlPlane.distro.k3s',
  'controlPlane.backingStore.etcd',
  'controlPlane.ingress',
  'controlPlane.standalone',
  'controlPlane.advanced.konnectivity',
  'controlPlane.advanced.cloudControllerManager',
  'controlPlane.advanced.registry',
  'deploy',
  'integrations',
  'privateNodes',
  'networking.podCIDR',
  'policies.resourceQuota',
  'policies.limitRange',
  'policies.networkPolicy',
  'sync.toHost.pods.rewriteHosts.initContainer',
];

test('where the tier has nodes of its own, the chart puts the control plane there too', async () => {
  const nodePool = nodePoolSettings.parse({ limits: { cpu: '100', memory: '400Gi' } });
  const facts = { ...exampleFacts, numbers: { ...exampleFacts.numbers, nodePool } };
  const request = { name: 'acme', namespace: 'tenant-acme', values: vclusterValues(facts) };
  const rendered = await renderChart(request, (line) => process.stderr.write(`${line}\n`));
  const set = rendered.find(({ kind }) => kind === 'StatefulSet');
  const own = controlPlaneObjects(facts).find(({ kind }) => kind === 'StatefulSet');
  expect(differences(comparable(set ?? {}), comparable(own ?? {}))).toEqual(
    [...labelledByValues].sort((a, b) => a[0].localeCompare(b[0])),
  );
});

test('the configuration that vcluster reads is the chart’s for the same values', () => {
  const read = (object: { readonly [member: string]: unknown } | undefined) => {
    const { 'config.yaml': text = '' } = (object?.['data'] ?? {}) as Record<string, string>;
    return withoutEmpty(parse(Buffer.from(text, 'base64').toString()));
  };
  const secret = ours.find(({ kind }) => kind === 'Secret');
  const found = differences(read(chart.get('Secret vc-config-acme')), read(secret));
  expect(found.filter(([path]) => !unused.some((each) => path === each || path.startsWith(`${each}.`)))).toEqual([]);
});
