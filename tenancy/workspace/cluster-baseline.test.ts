import { expect, test } from 'vitest';
import { admissionRulesFor } from './admission-policies.ts';
import { baselineRelease, baselineReleaseLabel, baselineReleases } from './baseline-releases.ts';
import { baselineVersion, clusterBaseline } from './cluster-baseline.ts';
import { clusterNetworkPolicyTypes } from './cluster-network.ts';
import { baselineVersionLabel, tenantLabel, tierLabel } from './names.ts';
import { nodePoolSettings } from './node-pools.ts';

const baseline = clusterBaseline();
const ofKind = (kind: string) => baseline.filter((object) => object.kind === kind);

interface Rule {
  readonly resources: string[];
  readonly verbs: string[];
}
const rulesOf = (role: string) => ofKind('ClusterRole').find((o) => o.metadata.name === role)?.rules as Rule[];
const grants = (rules: Rule[]) =>
  new Set(
    rules.flatMap((rule) => rule.resources.flatMap((resource) => rule.verbs.map((verb) => `${verb} ${resource}`))),
  );

test('every object carries the version of the baseline', () => {
  expect(baselineVersion()).toMatch(/^[0-9a-f]{12}$/);
  expect(new Set(baseline.map((object) => object.metadata.labels?.[baselineVersionLabel]))).toEqual(
    new Set([baselineVersion()]),
  );
});

const settings = nodePoolSettings.parse({ limits: { cpu: '100', memory: '400Gi' } });
const everything = {
  pools: [{ tier: 'premium', settings }],
  autoMode: { nodeClass: { role: 'nodes', subnetSelectorTerms: [{ id: 'subnet-1' }], networkPolicy: 'DefaultAllow' } },
  clusterNetworkPolicy: clusterNetworkPolicyTypes[0],
  mutatingPolicy: 'admissionregistration.k8s.io/v1',
} as const;

test('the list of releases ends in this version: a change of the baseline adds one', () => {
  expect(baselineReleases.at(-1)).toBe(baselineVersion(everything));
  expect(new Set(baselineReleases).size).toBe(baselineReleases.length);
  for (const { metadata } of baseline) expect(metadata.labels?.[baselineReleaseLabel]).toBe(String(baselineRelease));
});

test('nodes of a tier take its pods alone, start closed, and are Auto Mode’s in all else', () => {
  const objects = clusterBaseline(everything);
  expect(objects.find(({ kind }) => kind === 'NodeClass')).toMatchObject({
    metadata: { name: 'tenantry-tenants' },
    spec: { role: 'nodes', subnetSelectorTerms: [{ id: 'subnet-1' }], networkPolicy: 'DefaultDeny' },
  });
  expect(objects.find(({ kind }) => kind === 'NodePool')).toMatchObject({
    metadata: { name: 'tenantry-premium' },
    spec: {
      limits: { cpu: '100', memory: '400Gi' },
      template: {
        metadata: { labels: { [tierLabel]: 'premium' } },
        spec: {
          nodeClassRef: { group: 'eks.amazonaws.com', kind: 'NodeClass', name: 'tenantry-tenants' },
          taints: [{ key: tierLabel, value: 'premium', effect: 'NoSchedule' }],
          expireAfter: '336h',
        },
      },
    },
  });
});

test('what the cluster does not serve is not written, and the rules are the same without it', () => {
  const kinds = new Set(clusterBaseline({ pools: everything.pools }).map(({ kind }) => kind));
  for (const kind of ['NodePool', 'NodeClass', 'ClusterNetworkPolicy', 'MutatingAdmissionPolicy', 'ConfigMap']) {
    expect(kinds.has(kind)).toBe(false);
  }
  const rule = (facts: Parameters<typeof clusterBaseline>[0]) =>
    clusterBaseline(facts).find(
      ({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name === 'tenantry-tier-nodes',
    )?.spec;
  expect(rule({ pools: everything.pools })).toEqual(rule(everything));
  expect(JSON.stringify(rule({ pools: everything.pools }))).toContain("['premium']");
});

test('in Auto Mode network policies are switched on, with node pools or without', () => {
  const objects = clusterBaseline({ pools: [], autoMode: {} });
  expect(objects.find(({ kind }) => kind === 'ConfigMap')).toMatchObject({
    metadata: { name: 'amazon-vpc-cni', namespace: 'kube-system' },
    data: { 'enable-network-policy-controller': 'true' },
  });
});

test.each([
  ['a requirement on the tier’s own label', { requirements: [{ key: tierLabel, operator: 'Exists' }] }],
  ['no requirement at all', { requirements: [] }],
  ['limits without a unit', { limits: { cpu: '100', memory: '400' } }],
  ['nodes that live longer than Auto Mode lets them', { expireAfterHours: 505 }],
  ['a key that nobody knows', { weight: 1 }],
])('a node pool with %s is refused', (_, wrong) => {
  expect(nodePoolSettings.safeParse({ limits: { cpu: '1', memory: '1Gi' }, ...wrong }).success).toBe(false);
});

test('every policy has exactly one binding, of its own name, for every tenant namespace', () => {
  const names = admissionRulesFor([]).map((rule) => rule.name);
  expect(new Set(names).size).toBe(names.length);
  expect(ofKind('ValidatingAdmissionPolicy').map((policy) => policy.metadata.name)).toEqual(names);
  const bindings = ofKind('ValidatingAdmissionPolicyBinding');
  expect(bindings.map((binding) => binding.metadata.name)).toEqual(names);
  for (const binding of bindings) {
    expect(binding.spec).toMatchObject({
      policyName: binding.metadata.name,
      matchResources: { namespaceSelector: { matchExpressions: [{ key: tenantLabel, operator: 'Exists' }] } },
    });
  }
});

test('every refusal names its policy, and a policy that fails to evaluate refuses', () => {
  for (const policy of ofKind('ValidatingAdmissionPolicy')) {
    const spec = policy.spec as { failurePolicy: string; validations: { message: string }[] };
    expect(spec.failurePolicy).toBe('Fail');
    for (const { message } of spec.validations) expect(message.startsWith(`${policy.metadata.name}: `)).toBe(true);
  }
});

test('each tenant role includes the one below it', () => {
  const [admin, edit, view] = ['admin', 'edit', 'view'].map((role) => grants(rulesOf(`tenantry-tenant-${role}`)));
  expect([...(edit ?? [])]).toEqual(expect.arrayContaining([...(view ?? [])]));
  expect([...(admin ?? [])]).toEqual(expect.arrayContaining([...(edit ?? [])]));
  expect(view?.size).toBeGreaterThan(0);
});

test.each(['admin', 'edit', 'view'])('the role %s cannot reach past the namespace or change its fences', (role) => {
  const rules = rulesOf(`tenantry-tenant-${role}`);
  const verbs = new Set(rules.flatMap((rule) => rule.verbs));
  for (const verb of ['*', 'bind', 'escalate', 'impersonate']) expect(verbs.has(verb)).toBe(false);
  const writable = new Set(
    rules
      .filter((rule) => rule.verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)))
      .flatMap((r) => r.resources),
  );
  for (const resource of [
    '*',
    'namespaces',
    'namespaces/finalize',
    'namespaces/status',
    'resourcequotas',
    'limitranges',
    'endpoints',
    'endpointslices',
    'daemonsets',
    'pods/ephemeralcontainers',
    'serviceaccounts/token',
    'pods/proxy',
    'services/proxy',
  ]) {
    expect(writable.has(resource)).toBe(false);
  }
});

test('only admin and edit read secrets', () => {
  const readers = ['admin', 'edit', 'view'].filter((role) =>
    grants(rulesOf(`tenantry-tenant-${role}`)).has('get secrets'),
  );
  expect(readers).toEqual(['admin', 'edit']);
});
