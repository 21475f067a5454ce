import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textOf } from '../../functions/isolation/case.ts';
import { type Kubernetes, kubernetesClient } from '../../functions/kubernetes/client.ts';
import { closeConnections, connectTo } from '../../functions/kubernetes/connection.ts';
import { type EnsureVclusterInput, ensureVcluster } from '../../functions/vclusters/ensure-vcluster.ts';
import { proveVclusterIsolation } from '../../functions/vclusters/prove-vcluster-isolation.ts';
import { releaseVcluster } from '../../functions/vclusters/release-vcluster.ts';
import { tenantOf, tenantToken } from '../../functions/vclusters/tenant-access.ts';
import { findVirtualCluster } from '../../functions/vclusters/virtual-cluster.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { vclusterPlace } from '../../tenancy/vcluster/facts.ts';
import { defaultVclusterSettings } from '../../tenancy/vcluster/settings.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { nodePlacement, nodePoolSettings } from '../../tenancy/workspace/node-pools.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from '../kubernetes/eventually.ts';
import { type HostCluster, startHostCluster } from './host-cluster.ts';
import { testTransfer } from './transfer-cases.ts';

/** What the product makes of a tenant's virtual cluster, with the real vcluster in it. Who may do what is tested in test/kubernetes. */
let host: HostCluster;
let administrator: Kubernetes;

beforeAll(async () => {
  host = await startHostCluster();
  administrator = kubernetesClient(connectTo(addressOf(host)), async () => ({}));
  await eventually(() => ensureClusterBaseline({ kubernetes: administrator, pools }));
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

/** As the administrator, who may be everybody. */
const hostAs = (user: string, [group = '']: readonly string[]) =>
  kubernetesClient(connectTo(addressOf(host)), async () => ({ 'impersonate-user': user, 'impersonate-group': group }));

/** The tier of acme has nodes of its own; that of globex has not. */
const nodePool = nodePoolSettings.parse({ limits: { cpu: '100', memory: '400Gi' } });
const pools = [{ tier: 'standard', settings: nodePool }];

const input: EnsureVclusterInput = {
  tenantId: 'acme',
  tier: 'standard',
  generation: 1,
  numbers: { ...basicNumbers, nodePool },
  settings: defaultVclusterSettings,
  serviceCidr: '172.20.0.0/16',
};

const globexInput = { ...input, tenantId: 'globex', tier: 'basic', numbers: basicNumbers };

test('the manifests of the product bring up a virtual cluster that answers', async () => {
  const made = await eventually(() => ensureVcluster({ host: administrator }, input), 90);
  expect(made.server).toMatch(/^https:\/\/localhost:\d+$/);
  expect(await ensureVcluster({ host: administrator }, input)).toEqual(made);
});

test('it is fenced on both sides', async () => {
  const { tenantId, generation, tier, numbers, settings } = input;
  const proof = await eventually(
    () => proveVclusterIsolation({ host: administrator, hostWith }, { tenantId, generation, tier, numbers, settings }),
    60,
  );
  expect(proof.passed).toBe(true);
});

/** The tenant inside, with a token as its kubeconfig holds. */
async function tenant(tenantId: string): Promise<Kubernetes> {
  const virtual = await findVirtualCluster(administrator, vclusterPlace({ tenantId, generation: 1 }));
  if (!virtual.ready) throw new Error(virtual.lacks);
  return tenantOf(virtual.address, await tenantToken(virtual.administrator, 600));
}

const podOnHost = async (namespace: string, name: string) => {
  const pod = await administrator.get({ apiVersion: 'v1', kind: 'Pod', namespace, name });
  if (pod === undefined) throw new Error(`no pod ${name} in ${namespace}`);
  return pod;
};
const pullPolicies = ({ spec }: KubernetesObject) =>
  (spec as { containers: { imagePullPolicy: string }[] }).containers.map(({ imagePullPolicy }) => imagePullPolicy);

test('it has DNS: CoreDNS keeps to the rules of the host', async () => {
  const labelSelector = 'vcluster.loft.sh/namespace=kube-system';
  await eventually(async () => {
    const pods = await administrator.list(
      { apiVersion: 'v1', kind: 'Pod' },
      { namespace: 'tenant-acme', labelSelector },
    );
    expect(pods).toHaveLength(1);
    expect(pods.flatMap(pullPolicies)).toEqual(['Always']);
  });
});

testTransfer({
  tenantId: 'acme',
  namespace: 'tenant-acme',
  host: () => ({ administrator, client: hostAs }),
  async inside() {
    const virtual = await findVirtualCluster(administrator, vclusterPlace({ tenantId: 'acme', generation: 1 }));
    if (!virtual.ready) throw new Error(virtual.lacks);
    return { tenant: await tenant('acme'), administrator: virtual.administrator };
  },
});

describe('a tenant inside', () => {
  const long = `${'a'.repeat(62)}z`;

  test('has its pods, and what they use, on the host under names of its virtual cluster', async () => {
    const acme = await tenant('acme');
    await acme.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await eventually(() => acme.apply(configMap('shop', 'settings')));
    await acme.apply(deployment('shop', 'web'));
    const pod = await eventually(async () => {
      const [found] = await acme.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'shop' });
      if (found === undefined) throw new Error('no pod inside');
      return found;
    });
    const synced = await eventually(() => podOnHost('tenant-acme', `${pod.metadata.name}-x-shop-x-acme`));
    expect(pullPolicies(synced)).toEqual(['Always']);
    const { tolerations, nodeSelector } = nodePlacement('standard');
    expect(synced.spec).toMatchObject({ nodeSelector, tolerations: expect.arrayContaining([...tolerations]) });
    expect(synced.spec).toMatchObject({ serviceAccountName: 'vc-workload-acme', automountServiceAccountToken: false });
    const config = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'tenant-acme', name: 'settings-x-shop-x-acme' };
    await eventually(async () => expect(await administrator.get(config)).toMatchObject({ data: { of: 'shop' } }));
  });

  test('may use names as long as Kubernetes allows', async () => {
    const acme = await tenant('acme');
    await acme.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: long } });
    await eventually(() => acme.apply(service(long, long)));
    const synced = await eventually(async () => {
      const labelSelector = `vcluster.loft.sh/namespace=${long}`;
      const found = await administrator.list(
        { apiVersion: 'v1', kind: 'Service' },
        { namespace: 'tenant-acme', labelSelector },
      );
      expect(found).toHaveLength(1);
      return found;
    });
    expect(synced[0]?.metadata.name.length).toBeLessThanOrEqual(63);
    expect(synced[0]?.metadata.annotations).toMatchObject({ 'vcluster.loft.sh/object-name': long });
  });

  test('sees nothing of another with the same names, and neither do they collide', async () => {
    await eventually(() => ensureVcluster({ host: administrator }, globexInput), 90);
    const globex = await tenant('globex');
    const namespaces = await globex.list({ apiVersion: 'v1', kind: 'Namespace' });
    expect(namespaces.map(({ metadata }) => metadata.name)).not.toContain('shop');
    await globex.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await eventually(() => globex.apply(service('shop', 'web')));
    await (await tenant('acme')).apply(service('shop', 'web'));
    for (const tenantId of ['acme', 'globex']) {
      const on = {
        apiVersion: 'v1',
        kind: 'Service',
        namespace: `tenant-${tenantId}`,
        name: `web-x-shop-x-${tenantId}`,
      };
      await eventually(async () => expect(await administrator.get(on)).toBeDefined());
    }
    expect(await globex.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'shop' })).toEqual([]);
    expect(await answerToStranger()).toContain('User "system:anonymous" cannot get path');
  });
});

/** What the API of globex says to a token of acme: vcluster takes whoever it does not know for anonymous. */
async function answerToStranger(): Promise<string> {
  const [mine, theirs] = await Promise.all(
    ['acme', 'globex'].map((tenantId) => findVirtualCluster(administrator, vclusterPlace({ tenantId, generation: 1 }))),
  );
  if (!mine?.ready || !theirs?.ready) throw new Error('a virtual cluster does not answer any more');
  const stranger = tenantOf(theirs.address, await tenantToken(mine.administrator, 600));
  return textOf(await stranger.request({ method: 'GET', path: '/api' }));
}

function configMap(namespace: string, name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { of: namespace } };
}

function service(namespace: string, name: string): KubernetesObject {
  const spec = { type: 'ClusterIP', selector: { app: name }, ports: [{ port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

/** As a tenant writes it that never heard of the host's rules on images: the policy for pulling is left out. */
function deployment(namespace: string, name: string): KubernetesObject {
  const container = {
    name: 'app',
    image: 'public.ecr.aws/nginx/nginx:1.29',
    envFrom: [{ configMapRef: { name: 'settings' } }],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { securityContext, containers: [container] } },
    },
  };
}

test('its release leaves no process, no volume, no namespace', async () => {
  for (const tenantId of ['acme', 'globex']) {
    await eventually(() => releaseVcluster({ host: administrator }, { tenantId, generation: 1 }), 90);
    expect(host.planes.virtualClusters().filter(({ id }) => id.startsWith(`tenant-${tenantId}/`))).toEqual([]);
    expect(
      await administrator.get({ apiVersion: 'v1', kind: 'Namespace', name: `tenant-${tenantId}` }),
    ).toBeUndefined();
  }
  expect(host.planes.virtualClusters()).toEqual([]);
  await eventually(async () =>
    expect(await administrator.list({ apiVersion: 'v1', kind: 'PersistentVolume' })).toEqual([]),
  );
});
