import { describe, expect, it, test } from 'vitest';
import { exampleFacts } from './example-facts.ts';
import { virtualBaseline } from './virtual-baseline.ts';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

const rulesOf = (customApiGroups: string[] = []) => {
  const { access } = virtualBaseline({ ...exampleFacts, settings: { ...exampleFacts.settings, customApiGroups } });
  return access.find(({ kind }) => kind === 'ClusterRole')?.rules as readonly Rule[];
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

test('without custom groups there is no rule for any, and no definition is admitted', () => {
  expect(rulesOf().some(({ resources = [] }) => resources.includes('*'))).toBe(false);
  const { fences } = virtualBaseline(exampleFacts);
  expect(JSON.stringify(fences)).toContain('object.spec.group in []');
});
