import { expect, test } from 'vitest';
import { accepted, answeredBy, type Control, escalation, limit, podSecurity, policy, quota, rbac } from './case.ts';

const standard = 'restricted:v1.35';
const refusal = (message: string, status = 403) => ({ status, body: { kind: 'Status', message } });

// Texts as kube-apiserver 1.35 writes them.
const texts: readonly [Control, string][] = [
  [
    podSecurity('hostNetwork=true'),
    'pods "p" is forbidden: violates PodSecurity "restricted:v1.35": host namespaces (hostNetwork=true)',
  ],
  [
    policy('tenantry-services'),
    "services \"s\" is forbidden: ValidatingAdmissionPolicy 'tenantry-services' with binding 'tenantry-services' denied request: no",
  ],
  [quota('tenant-compute'), 'pods "p" is forbidden: exceeded quota: tenant-compute, requested: pods=1, used: pods=0'],
  [
    limit('maximum cpu usage per Container'),
    'pods "p" is forbidden: maximum cpu usage per Container is 2, but limit is 1k',
  ],
  [
    rbac('list', 'secrets'),
    'secrets is forbidden: User "u" cannot list resource "secrets" in API group "" in the namespace "n"',
  ],
  [
    escalation,
    'roles.rbac.authorization.k8s.io "r" is forbidden: user "u" is attempting to grant RBAC permissions not currently held:',
  ],
];

test.each(texts)('%j is recognised by its text, and by no other control’s', (control, text) => {
  expect(answeredBy(control, refusal(text), standard)).toBe(true);
  for (const [other] of texts) {
    if (other !== control) expect(answeredBy(other, refusal(text), standard)).toBe(false);
  }
});

test('acceptance and refusal are told apart', () => {
  expect(answeredBy(accepted, { status: 201, body: {} }, standard)).toBe(true);
  expect(answeredBy(accepted, refusal('no'), standard)).toBe(false);
  for (const [control, message] of texts) {
    expect(answeredBy(control, { status: 201, body: { message } }, standard)).toBe(false);
    expect(answeredBy(control, { status: 500, body: { message } }, standard)).toBe(false);
  }
});

test('another version of the standard, another check of it, and a longer policy name do not count', () => {
  const violation = 'violates PodSecurity "baseline:v1.35": host namespaces (hostNetwork=true)';
  expect(answeredBy(podSecurity('hostNetwork=true'), refusal(violation), standard)).toBe(false);
  const hostPid = 'violates PodSecurity "restricted:v1.35": host namespaces (hostPID=true)';
  expect(answeredBy(podSecurity('hostNetwork=true'), refusal(hostPid), standard)).toBe(false);
  const longer = "ValidatingAdmissionPolicy 'tenantry-services-2' with binding 'x' denied request: no";
  expect(answeredBy(policy('tenantry-services'), refusal(longer), standard)).toBe(false);
});

test('a right that is missing for another verb or subresource is another refusal', () => {
  const text = 'User "u" cannot create resource "pods/exec" in API group ""';
  expect(answeredBy(rbac('create', 'pods/exec'), refusal(text), standard)).toBe(true);
  expect(answeredBy(rbac('create', 'pods'), refusal(text), standard)).toBe(false);
  expect(answeredBy(rbac('get', 'pods/exec'), refusal(text), standard)).toBe(false);
});

test('a quota that the tenant has used up is no fence that fails; one that allows nothing is', () => {
  const full = (used: string) =>
    refusal(
      `persistentvolumeclaims "p" is forbidden: exceeded quota: tenant-objects, requested: persistentvolumeclaims=1, used: ${used}, limited: persistentvolumeclaims=5`,
    );
  expect(answeredBy(accepted, full('persistentvolumeclaims=5'), standard)).toBe(true);
  expect(answeredBy(accepted, full('persistentvolumeclaims=0'), standard)).toBe(false);
  expect(answeredBy(accepted, full('limits.cpu=4,persistentvolumeclaims=0'), standard)).toBe(false);
  expect(answeredBy(accepted, refusal('persistentvolumeclaims "p" is forbidden: no'), standard)).toBe(false);
});
