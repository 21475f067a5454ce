import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Kubernetes, kubernetesClient } from '../../functions/kubernetes/client.ts';
import { closeConnections, connectTo } from '../../functions/kubernetes/connection.ts';
import { type EnsureVclusterInput, ensureVcluster } from '../../functions/vclusters/ensure-vcluster.ts';
import { proveVclusterIsolation } from '../../functions/vclusters/prove-vcluster-isolation.ts';
import { releaseVcluster } from '../../functions/vclusters/release-vcluster.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { vclusterClusterRoles } from '../../tenancy/vcluster/cluster-roles.ts';
import { defaultVclusterSettings } from '../../tenancy/vcluster/settings.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from '../kubernetes/eventually.ts';
import { type HostCluster, startHostCluster } from './host-cluster.ts';

/** What the product makes of a tenant's virtual cluster, with the real vcluster in it. Who may do what is tested in test/kubernetes. */
let host: HostCluster;
let administrator: Kubernetes;

beforeAll(async () => {
  host = await startHostCluster();
  administrator = kubernetesClient(connectTo(addressOf(host)), async () => ({}));
  await eventually(() => ensureClusterBaseline({ kubernetes: administrator }));
  for (const role of vclusterClusterRoles()) await administrator.apply(role);
}, 900_000);

afterAll(async () => {
  closeConnections();
  await host.stop();
});

function addressOf({ plane }: HostCluster) {
  const { users } = JSON.parse(readFileSync(plane.adminKubeconfigPath, 'utf8'));
  const decode = (data: string) => Buffer.from(data, 'base64').toString();
  return {
    server: plane.endpoint,
    certificateAuthority: decode(plane.certificateAuthorityData),
    clientCertificate: decode(users[0].user['client-certificate-data']),
    clientKey: decode(users[0].user['client-key-data']),
  };
}

const hostWith = (token: string) => {
  const { server, certificateAuthority } = addressOf(host);
  return kubernetesClient(connectTo({ server, certificateAuthority }), async () => ({
    authorization: `Bearer ${token}`,
  }));
};

const input: EnsureVclusterInput = {
  tenantId: 'acme',
  tier: 'standard',
  generation: 1,
  numbers: basicNumbers,
  settings: defaultVclusterSettings,
  serviceCidr: '172.20.0.0/16',
};

test('the manifests of the product bring up a virtual cluster that answers', async () => {
  const made = await eventually(() => ensureVcluster({ host: administrator }, input), 90);
  expect(made.server).toMatch(/^https:\/\/localhost:\d+$/);
  expect(await ensureVcluster({ host: administrator }, input)).toEqual(made);
});

test('it is fenced on both sides', async () => {
  const { tenantId, numbers, settings } = input;
  const proof = await eventually(
    () => proveVclusterIsolation({ host: administrator, hostWith }, { tenantId, numbers, settings }),
    60,
  );
  expect(proof.passed).toBe(true);
});

test('its release leaves no process, no volume, no namespace', async () => {
  await eventually(() => releaseVcluster({ host: administrator }, { tenantId: 'acme' }), 90);
  expect(host.planes.virtualClusters()).toEqual([]);
  await eventually(async () =>
    expect(await administrator.list({ apiVersion: 'v1', kind: 'PersistentVolume' })).toEqual([]),
  );
});
