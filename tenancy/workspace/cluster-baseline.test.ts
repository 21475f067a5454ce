import { expect, test } from 'vitest';
import { admissionRules } from './admission-policies.ts';
import { baselineVersion, clusterBaseline } from './cluster-baseline.ts';
import { baselineVersionLabel, tenantLabel } from './names.ts';

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

test('every policy has exactly one binding, of its own name, for every tenant namespace', () => {
  const names = admissionRules.map((rule) => rule.name);
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
