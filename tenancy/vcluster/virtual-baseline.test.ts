import { describe, expect, it, test } from 'vitest';
import { clusterRoles, tenantClusterRole } from '../workspace/cluster-roles.ts';
import { exampleFacts } from './example-facts.ts';
import { virtualBaseline } from './virtual-baseline.ts';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

const rulesOf = (customApiGroups: string[] = [], role: 'admin' | 'edit' | 'view' = 'admin') => {
  const { access } = virtualBaseline({ ...exampleFacts, settings: { ...exampleFacts.settings, customApiGroups } });
  const name = tenantClusterRole(role);
  return access.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === name)
    ?.rules as readonly Rule[];
};

test('everything is labelled as the platform’s, which the policies protect', () => {
  const { fences, probe, access } = virtualBaseline(exampleFacts);
  for (const { metadata } of [...fences, ...probe.objects, ...access]) {
    expect(metadata.labels).toMatchObject({
      'app.kubernetes.io/managed-by': 'tenantry',
      'tenantry.dev/tenant': 'acme',
    });
  }
});

test('the probe tells other policies by another text', () => {
  const settings = { ...exampleFacts.settings, customApiGroups: ['example.com'] };
  const other = virtualBaseline({ ...exampleFacts, settings }).probe;
  expect(other.says).not.toBe(virtualBaseline(exampleFacts).probe.says);
  expect(JSON.stringify(other.objects)).toContain(other.says);
});

test('a policy for some namespaces says nothing about objects without one: a namespace selector would not skip them', () => {
  const policies = virtualBaseline(exampleFacts).fences.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  const selective = policies.filter(({ spec }) => JSON.stringify(spec).includes('kubernetes.io/metadata.name'));
  expect(selective).toHaveLength(1);
  expect(JSON.stringify(selective)).toContain('"scope":"Namespaced"');
});

describe('what would make the tenant the administrator is in none of its rules:', () => {
  it.each(['impersonate', 'bind', 'escalate', 'approve', 'sign', '*'])('verb %s', (verb) => {
    expect(rulesOf(['example.com']).flatMap(({ verbs }) => verbs)).not.toContain(verb);
  });

  it.each(['*', 'admissionregistration.k8s.io', 'apiregistration.k8s.io', 'certificates.k8s.io'])(
    'group %s',
    (group) => {
      expect(rulesOf(['example.com']).flatMap(({ apiGroups = [] }) => apiGroups)).not.toContain(group);
    },
  );

  it('every resource of a group that is Kubernetes’ own', () => {
    const whole = rulesOf(['example.com']).filter(({ resources = [] }) => resources.includes('*'));
    expect(whole.map(({ apiGroups }) => apiGroups)).toEqual([['example.com']]);
  });
});

describe.each(['edit', 'view'] as const)('the role %s', (role) => {
  it('is the one of a namespace, so that a binding means the same inside and outside', () => {
    const outside = clusterRoles().find(({ metadata }) => metadata.name === tenantClusterRole(role));
    expect(rulesOf(['example.com'], role)).toEqual(outside?.rules);
  });

  it('gives nothing that the tenant does not hold, who may bind it therefore', () => {
    for (const { apiGroups = [], resources = [], verbs } of rulesOf([], role))
      for (const resource of resources)
        for (const verb of verbs)
          expect(
            rulesOf().some(
              (own) =>
                apiGroups.every((group) => own.apiGroups?.includes(group)) &&
                own.resources?.includes(resource) &&
                own.verbs.includes(verb),
            ),
            `${verb} ${resource}`,
          ).toBe(true);
  });

  it('is bound to nobody by the platform', () => {
    const bindings = virtualBaseline(exampleFacts).access.filter(({ kind }) => kind.endsWith('Binding'));
    expect(JSON.stringify(bindings)).not.toContain(tenantClusterRole(role));
  });
});

test('without custom groups there is no rule for any, and no definition is admitted', () => {
  expect(rulesOf().some(({ resources = [] }) => resources.includes('*'))).toBe(false);
  const { fences } = virtualBaseline(exampleFacts);
  expect(JSON.stringify(fences)).toContain('object.spec.group in []');
});
