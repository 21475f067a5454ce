import { expect, test } from 'vitest';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../kubernetes/client.ts';
import { memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import type { Control } from './case.ts';
import { isolationCases, proveIsolation } from './prove-isolation.ts';

const input = { tenantId: 'acme', generation: 1, numbers: basicNumbers };
const subject = { ...input, namespace: 'tenant-acme', neighbour: 'kube-system' };
const cases = isolationCases(subject);

/** The answer that the control gives. */
function answerOf(control: Control): KubernetesAnswer {
  const texts: Record<Exclude<Control['kind'], 'accepted'>, string> = {
    PodSecurity: `violates PodSecurity "restricted:v1.35": ${'detail' in control ? control.detail : ''}`,
    ValidatingAdmissionPolicy: `ValidatingAdmissionPolicy '${'name' in control ? control.name : ''}' with binding`,
    ResourceQuota: `exceeded quota: ${'name' in control ? control.name : ''}, requested`,
    LimitRange: 'detail' in control ? control.detail : '',
    RBAC: 'verb' in control ? `User "u" cannot ${control.verb} resource "${control.resource}"` : '',
    'RBAC escalation': 'is attempting to grant RBAC permissions not currently held',
  };
  if (control.kind === 'accepted') return { status: 201, body: {} };
  return { status: 403, body: { message: texts[control.kind] } };
}

/** A tenant's client to a well-fenced cluster, but for what `except` answers. */
function tenantOf(except: (request: KubernetesRequest) => KubernetesAnswer | undefined) {
  const tenant = memoryKubernetes();
  const answers = new Map(cases.map((each) => [JSON.stringify(each.request), answerOf(each.control)]));
  tenant.answer = async (request) => {
    const answer = except(request) ?? answers.get(JSON.stringify(request));
    if (answer === undefined) throw new Error(`unexpected ${request.method} ${request.path}`);
    return answer;
  };
  return tenant;
}

function prove(except: Parameters<typeof tenantOf>[0]) {
  const waited: number[] = [];
  const wait = async (milliseconds: number) => waited.push(milliseconds);
  return { waited, proof: proveIsolation({ tenant: tenantOf(except), platform: memoryKubernetes(), wait }, input) };
}

const isList = ({ method, path }: KubernetesRequest) => method === 'GET' && path.startsWith('/api/v1/secrets');

test('passes when every case is answered by its control, and lists them', async () => {
  const { cases: proven, passed } = await prove(() => undefined).proof;
  expect(passed).toBe(true);
  expect(proven).toHaveLength(cases.length);
  expect(proven).toContainEqual({
    name: 'service: node port',
    control: 'ValidatingAdmissionPolicy tenantry-services',
    ok: true,
  });
});

test('fails, by name, on what is accepted; what was read stays out of the message', async () => {
  const secret = { kind: 'SecretList', items: [{ data: { key: 'hunter2' } }] };
  const { proof } = prove((request) => (isList(request) ? { status: 200, body: secret } : undefined));
  const error = await proof.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'IsolationBreached' });
  expect(String(error)).toContain('"cluster: list all secrets" wants RBAC, got HTTP 200');
  expect(String(error)).not.toContain('hunter2');
});

test('fails on a refusal by another control', async () => {
  const other = { status: 403, body: { message: 'exceeded quota: tenant-objects, requested: services.nodeports=1' } };
  const { proof } = prove(({ body }) => (JSON.stringify(body)?.includes('NodePort') ? other : undefined));
  await expect(proof).rejects.toThrow('1 cases of the isolation proof failed in tenant-acme: "service: node port"');
});

test('waits for a control that is late, and not for long for one that is missing', async () => {
  let tries = 0;
  const late = prove((request) => {
    if (!isList(request)) return undefined;
    tries += 1;
    return tries < 3 ? { status: 200, body: {} } : undefined;
  });
  expect(await late.proof).toMatchObject({ passed: true });
  const missing = prove((request) => (isList(request) ? { status: 200, body: {} } : undefined));
  await expect(missing.proof).rejects.toMatchObject({ name: 'IsolationBreached' });
  expect(missing.waited.reduce((sum, each) => sum + each, 0)).toBeLessThan(1_000);
});

test.each([
  [401, 'Unauthorized', 'KubernetesUnauthorized'],
  [403, 'User "u" cannot create resource "pods" in API group ""', 'NotYetConsistent'],
])('HTTP %i before anything else means that the access entry has no effect yet', async (status, message, name) => {
  await expect(prove(() => ({ status, body: { message } })).proof).rejects.toMatchObject({ name });
});

test.each([
  [429, 'KubernetesThrottled'],
  [503, 'ClusterUnreachable'],
])('HTTP %i proves nothing either way: the step is tried again', async (status, name) => {
  const { proof } = prove((request) => (isList(request) ? { status, body: { message: 'busy' } } : undefined));
  await expect(proof).rejects.toMatchObject({ name });
});

test('tries the namespace of another tenant when there is one', async () => {
  const platform = memoryKubernetes();
  for (const tenantId of ['acme', 'globex']) {
    const labels = { 'tenantry.dev/tenant': tenantId };
    await platform.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `tenant-${tenantId}`, labels } });
  }
  const paths: string[] = [];
  const tenant = memoryKubernetes();
  tenant.answer = async ({ path }) => {
    paths.push(path);
    return { status: 503, body: {} };
  };
  await expect(proveIsolation({ tenant, platform }, input)).rejects.toThrow();
  expect(paths).toContain('/api/v1/namespaces/tenant-globex/secrets?limit=1');
});

test('what a tier does not offer is not tried', () => {
  const numbers = { ...basicNumbers, storageClasses: [], ingress: { ...basicNumbers.ingress, classes: [] } };
  const names = isolationCases({ ...subject, numbers }).map((each) => each.name);
  expect(names.some((name) => name.startsWith('claim') || name.startsWith('ingress'))).toBe(false);
  expect(names).toContain('pod');
});
