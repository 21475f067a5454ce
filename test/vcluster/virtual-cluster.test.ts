import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyedCertificate } from '../../local/kube/certificates.ts';
import { certificateKubeconfig } from '../../local/kube/kubeconfig.ts';
import { processStart } from '../../local/kube/process-identity.ts';
import { type HostApi, hostApi } from '../../local/vcluster/host-api.ts';
import type { Pod } from '../../local/vcluster/pod.ts';
import { eventually, type HostCluster, startHostCluster } from './host-cluster.ts';

const MEBIBYTE = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'tenantry-virtual-'));
let host: HostCluster;

beforeAll(async () => {
  host = await startHostCluster(2);
}, 900_000);

afterAll(async () => {
  await host.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Service {
  metadata: { finalizers?: string[] };
  status?: { loadBalancer?: { ingress?: { hostname: string; ports: { port: number }[] }[] } };
}

const podPath = (namespace: string, name: string) => `/api/v1/namespaces/${namespace}/pods/${name}`;

function pod(namespace: string, name: string): Promise<Pod | undefined> {
  return host.api.get<Pod>(podPath(namespace, name));
}

async function ready(namespace: string, name: string): Promise<void> {
  await eventually(async () => {
    const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`;
    const set = await host.api.get<{ status?: { readyReplicas?: number } }>(path);
    return set?.status?.readyReplicas === 1 ? true : undefined;
  }, 120_000);
}

/** Through the load balancer, with the certificate that vcluster exported: all that a user has. */
async function virtual(namespace: string, name: string): Promise<HostApi> {
  const api = await connect(namespace, name, await exported(namespace, name));
  // The load balancer is being provisioned at first.
  await eventually(() => api.get('/api/v1/namespaces/default').catch(() => undefined));
  return api;
}

async function connect(namespace: string, name: string, user: KeyedCertificate): Promise<HostApi> {
  const address = await eventually(async () => {
    const service = await host.api.get<Service>(`/api/v1/namespaces/${namespace}/services/${name}`);
    return service?.status?.loadBalancer?.ingress?.[0];
  });
  const server = `https://${address.hostname}:${address.ports[0]?.port}`;
  const { authority } = await exported(namespace, name);
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, certificateKubeconfig(server, authority, user));
  return hostApi(file);
}

/** What vcluster wrote into its Secret. */
async function exported(namespace: string, name: string): Promise<KeyedCertificate & { authority: string }> {
  const secret = await eventually(() =>
    host.api.get<{ data: Record<string, string> }>(`/api/v1/namespaces/${namespace}/secrets/vc-${name}`),
  );
  const text = (key: string) => Buffer.from(String(secret.data[key]), 'base64').toString('utf8');
  return {
    certificate: text('client-certificate'),
    key: text('client-key'),
    commonName: 'admin',
    authority: text('certificate-authority'),
  };
}

describe('a virtual cluster', () => {
  it('is ready when vcluster answers, and is reached through its load balancer', async () => {
    await host.install('acme', 'tenant-acme');
    await ready('tenant-acme', 'acme');
    expect(await pod('tenant-acme', 'acme-0')).toMatchObject({
      spec: { nodeName: 'local-cloud' },
      status: { phase: 'Running' },
    });
    const claim = await host.api.get('/api/v1/namespaces/tenant-acme/persistentvolumeclaims/data-acme-0');
    expect(claim).toMatchObject({ status: { phase: 'Bound' } });
    const acme = await virtual('tenant-acme', 'acme');
    await acme.create('/api/v1/namespaces', { metadata: { name: 'shop' } });
    await eventually(() => acme.get('/api/v1/namespaces/shop/serviceaccounts/default'));
    acme.close();
  });

  it('has its pods in the host namespace under other names, and its namespaces nowhere', async () => {
    const acme = await virtual('tenant-acme', 'acme');
    const spec = { containers: [{ name: 'web', image: 'web' }] };
    await acme.create('/api/v1/namespaces/shop/pods', { metadata: { name: 'web' }, spec });
    await eventually(() => pod('tenant-acme', 'web-x-shop-x-acme'));
    expect(await host.api.get('/api/v1/namespaces/shop')).toBeUndefined();
    acme.close();
  });

  it('does not know another one, nor its users', async () => {
    await host.install('other', 'tenant-other');
    await ready('tenant-other', 'other');
    const other = await virtual('tenant-other', 'other');
    expect(await other.get('/api/v1/namespaces/shop')).toBeUndefined();
    const acme = await virtual('tenant-acme', 'acme');
    await acme.get('/api/v1/namespaces/shop');
    const stranger = await connect('tenant-other', 'other', await exported('tenant-acme', 'acme'));
    await expect(stranger.get('/api/v1/namespaces')).rejects.toMatchObject({ status: 401 });
    for (const api of [other, acme, stranger]) api.close();
  });

  it('takes less than 600 MiB at rest', () => {
    const all = host.planes.virtualClusters();
    for (const { id, residentBytes, startMilliseconds } of all)
      console.log(id, Math.round(residentBytes / MEBIBYTE), 'MiB', startMilliseconds);
    expect(all.map(({ id }) => id).sort()).toEqual(['tenant-acme/acme-0', 'tenant-other/other-0']);
    for (const { residentBytes } of all) expect(residentBytes).toBeLessThan(600 * MEBIBYTE);
  });

  it('stays Pending when there is no room on the machine', async () => {
    await host.install('third', 'tenant-third');
    const condition = await eventually(async () =>
      (await pod('tenant-third', 'third-0'))?.status?.conditions?.find(({ reason }) => reason === 'Unschedulable'),
    );
    expect(condition.message).toMatch(/Insufficient memory/);
    await host.api.remove('/api/v1/namespaces/tenant-third');
  });

  it('has its objects again after a restart of everything', async () => {
    await host.restart();
    await ready('tenant-acme', 'acme');
    await eventually(async () => (host.planes.virtualClusters().length === 2 ? true : undefined), 120_000);
    const before = await virtual('tenant-acme', 'acme');
    await before.get('/api/v1/namespaces/shop/pods/web');
    before.close();
  });

  it('starts again when one of its processes was killed, and says so', async () => {
    const acme = () => host.planes.virtualClusters().find(({ id }) => id === 'tenant-acme/acme-0');
    const killed = acme()?.pids ?? [];
    process.kill(Number(killed[1]), 'SIGKILL');
    await eventually(async () => (acme()?.pids[0] !== killed[0] ? acme() : undefined));
    expect(killed.map(processStart).filter(Boolean)).toEqual([]);
    await eventually(async () => {
      const statuses = (await pod('tenant-acme', 'acme-0'))?.status as { containerStatuses?: object[] };
      const [status] = statuses.containerStatuses ?? [];
      return (status as { ready?: boolean })?.ready ? status : undefined;
    }).then((status) => expect(status).toMatchObject({ restartCount: 1 }));
    const api = await virtual('tenant-acme', 'acme');
    await api.get('/api/v1/namespaces/shop/pods/web');
    api.close();
  });

  it('ends with its pod, keeps its data with its claim, and loses it with that', async () => {
    await host.api.remove('/apis/apps/v1/namespaces/tenant-acme/statefulsets/acme');
    await eventually(async () => ((await pod('tenant-acme', 'acme-0')) ? undefined : true));
    expect(host.planes.virtualClusters().map(({ id }) => id)).toEqual(['tenant-other/other-0']);
    const volumes = () => host.api.list<{ spec: { claimRef: { namespace: string } } }>('/api/v1/persistentvolumes');
    const ofAcme = async () =>
      (await volumes()).items.filter(({ spec }) => spec.claimRef.namespace === 'tenant-acme').length;
    expect(await ofAcme()).toBe(1);
    await host.api.remove('/api/v1/namespaces/tenant-acme/persistentvolumeclaims/data-acme-0');
    await eventually(async () => ((await ofAcme()) === 0 ? true : undefined));
    await host.api.remove('/api/v1/namespaces/tenant-acme/services/acme');
    await eventually(async () =>
      (await host.api.get('/api/v1/namespaces/tenant-acme/services/acme')) ? undefined : true,
    );
  });

  it('leaves no process behind when the cluster under it is deleted', async () => {
    const [running] = host.planes.virtualClusters();
    expect(running?.pids.map(processStart)).not.toContain(undefined);
    await host.planes.remove('host');
    expect(running?.pids.map(processStart).filter(Boolean)).toEqual([]);
  });
});
