import { expect, test } from 'vitest';
import { CatalogueError } from '../../tenancy/errors.ts';
import { defaultVclusterSettings } from '../../tenancy/vcluster/settings.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import type { ClusterAddress } from '../kubernetes/connection.ts';
import { type MemoryKubernetes, memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import { ensureVcluster, ensureVclusterOutput } from './ensure-vcluster.ts';

const input = {
  tenantId: 'acme',
  tier: 'standard',
  generation: 1,
  numbers: basicNumbers,
  settings: defaultVclusterSettings,
  serviceCidr: '172.20.0.0/16',
};
const noWait = async () => undefined;
const at = { namespace: 'tenant-acme' };

/** A host cluster whose API server has published itself. */
async function newHost(): Promise<MemoryKubernetes> {
  const host = memoryKubernetes();
  await host.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  await host.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default' },
    spec: { clusterIPs: ['172.20.0.1'], ports: [{ port: 443 }] },
  });
  return host;
}

/** A virtual API that enforces its policies as soon as they are written. */
function newInside(): MemoryKubernetes {
  const inside = memoryKubernetes();
  inside.answer = async () => ({ status: 200, body: {} });
  inside.admission = () => {
    const probe = inside.objects.get('ValidatingAdmissionPolicy/tenantry-virtual-probe');
    const { validations = [] } = (probe?.spec ?? {}) as { validations?: { message: string }[] };
    if (validations[0]) throw new CatalogueError('KubernetesForbidden', validations[0].message);
  };
  return inside;
}

function bringUp(host: MemoryKubernetes, ingress: object): void {
  const change = (key: string, status: object) => {
    const object = host.objects.get(key);
    if (object !== undefined) host.objects.set(key, { ...object, status });
  };
  const { generation } = host.objects.get('StatefulSet/tenant-acme/acme')?.metadata ?? {};
  change('StatefulSet/tenant-acme/acme', { observedGeneration: generation, readyReplicas: 1 });
  change('Service/tenant-acme/acme', { loadBalancer: { ingress: [ingress] } });
  const data = { 'certificate-authority': 'Q0E=', 'client-certificate': 'Q1JU', 'client-key': 'S0VZ' };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'vc-acme', ...at }, data };
  host.objects.set('Secret/tenant-acme/vc-acme', secret);
}

test('writes the fences, then the control plane, its StatefulSet last, and waits', async () => {
  const host = await newHost();
  await expect(ensureVcluster({ host, wait: noWait }, input)).rejects.toMatchObject({ name: 'StillCreating' });
  const writes = host.writes.slice(2);
  expect(writes[0]).toBe('apply Namespace tenant-acme');
  expect(writes.at(-1)).toBe('apply StatefulSet acme');
  expect(writes.indexOf('apply NetworkPolicy default-deny')).toBeLessThan(
    writes.indexOf('apply Secret vc-config-acme'),
  );
  await expect(ensureVcluster({ host, wait: noWait }, input)).rejects.toMatchObject({ name: 'StillCreating' });
  expect(host.writes.slice(2)).toEqual(writes);
});

test.each([
  [{ hostname: 'k8s-acme.elb.eu-central-1.amazonaws.com' }, 'https://k8s-acme.elb.eu-central-1.amazonaws.com:443'],
  [{ ip: '127.0.0.1', ports: [{ port: 40_123, protocol: 'TCP' }] }, 'https://127.0.0.1:40123'],
])('with a load balancer at %j the virtual API is %s', async (ingress, server) => {
  const host = await newHost();
  const inside = newInside();
  const addresses: ClusterAddress[] = [];
  const connect = (address: ClusterAddress) => {
    addresses.push(address);
    return inside;
  };
  const ensure = () => ensureVcluster({ host, connect, wait: noWait }, input);
  await expect(ensure()).rejects.toMatchObject({ name: 'StillCreating' });
  bringUp(host, ingress);
  // The write that repairs also makes a new generation in this fake; the controller sees it.
  await ensure().catch(() => bringUp(host, ingress));
  const apply = host.apply;
  host.apply = async (object, options) => {
    const live = await apply(object, options);
    if (object.kind === 'StatefulSet') bringUp(host, ingress);
    return live;
  };
  const made = await ensure();
  expect(ensureVclusterOutput.parse(made)).toMatchObject({ namespace: 'tenant-acme', name: 'acme', server });
  expect(addresses[0]).toEqual({ server, certificateAuthority: 'CA', clientCertificate: 'CRT', clientKey: 'KEY' });
  expect(inside.writes[0]).toBe('apply Namespace tenantry-system');
  expect(inside.writes.at(-1)).toMatch(/^apply (ServiceAccount|ClusterRole|ClusterRoleBinding) /);
});

test('a virtual API that does not answer yet is waited for', async () => {
  const host = await newHost();
  const inside = newInside();
  inside.answer = async () => {
    throw new CatalogueError('ClusterUnreachable', 'certificate does not name the address');
  };
  const ensure = () => ensureVcluster({ host, connect: () => inside, wait: noWait }, input);
  await expect(ensure()).rejects.toMatchObject({ name: 'StillCreating' });
  bringUp(host, { ip: '192.0.2.7' });
  await expect(ensure()).rejects.toThrow(/does not answer: certificate does not name the address/);
  expect(inside.writes).toEqual([]);
});

test('a workspace of another kind is not turned into a virtual cluster', async () => {
  const host = await newHost();
  const labels = { 'app.kubernetes.io/managed-by': 'tenantry', 'tenantry.dev/tenant': 'acme' };
  await host.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant-acme', labels } });
  await expect(ensureVcluster({ host, wait: noWait }, input)).rejects.toMatchObject({
    name: 'ResourceNotOwned',
    message: expect.stringContaining('another kind'),
  });
  expect(host.writes).toHaveLength(3);
});
