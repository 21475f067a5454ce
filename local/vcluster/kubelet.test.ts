import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { jumpingClock } from '../kernel/clocks.ts';
import { KubeAssetsError } from '../kube/assets.ts';
import { fakeHostApi } from './fake-host-api.ts';
import { createKubelet, type Kubelet } from './kubelet.ts';
import { type Pod, virtualPod } from './pod.ts';
import type { Claim } from './volumes.ts';

const POD = '/api/v1/namespaces/tenant-acme/pods/acme-0';
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function podOf(image = 'ghcr.io/loft-sh/vcluster-oss:0.30.0', spec: Partial<Pod['spec']> = {}): Pod {
  return {
    metadata: {
      name: 'acme-0',
      namespace: 'tenant-acme',
      uid: 'u1',
      labels: { app: 'vcluster', release: 'acme' },
    },
    spec: {
      serviceAccountName: 'vc-acme',
      containers: [{ name: 'syncer', image, env: [{ name: 'VCLUSTER_NAME', value: 'acme' }] }],
      volumes: [{ name: 'vcluster-config', secret: { secretName: 'vc-config-acme' } }],
      ...spec,
    },
  };
}

/** Its program is never built, so that nothing starts. */
function setup(pod: Pod, room = true, objects: Record<string, unknown> = {}) {
  const api = fakeHostApi({ [POD]: pod, ...objects });
  const released: string[] = [];
  const clock = jumpingClock();
  const kubelet: Kubelet = createKubelet({
    api,
    endpoint: 'https://127.0.0.1:1',
    certificateAuthorityData: '',
    serviceCidr: '172.20.0.0/16',
    folder: mkdtempSync(join(tmpdir(), 'tenantry-kubelet-')),
    programs: () => Promise.reject(new KubeAssetsError('Go was not found')),
    clock,
    places: { take: () => room, release: (uid) => void released.push(uid) },
    log: () => undefined,
    again: () => undefined,
  });
  ends.push(
    () => clock.close(),
    () => kubelet.stop(),
  );
  const pods = () => (api.objects.has(POD) ? [api.objects.get(POD) as unknown as Pod] : []);
  const until = async (holds: () => boolean) => {
    while (!holds()) await clock.sleep(100);
  };
  const status = () => pods()[0]?.status as { conditions?: { reason?: string }[]; containerStatuses?: object[] };
  return { api, kubelet, released, pods, until, status };
}

describe('pods of vcluster', () => {
  it('are bound to the local cloud, and wait for what they refer to', async () => {
    const { api, kubelet, pods, until, status } = setup(podOf());
    await kubelet.reconcile(pods(), []);
    expect(api.objects.get(`${POD}/binding/acme-0`)).toMatchObject({ target: { name: 'local-cloud' } });
    await until(() => status()?.containerStatuses !== undefined);
    const message = expect.stringContaining('secret "vc-config-acme" not found');
    expect(status().containerStatuses).toMatchObject([
      { state: { waiting: { reason: 'ContainerCreating', message } } },
    ]);
  });

  it('say when the program could not be built', async () => {
    const secret = { data: { 'config.yaml': '' } };
    const { api, kubelet, pods, until, status } = setup(podOf(), true, {
      '/api/v1/namespaces/tenant-acme/secrets/vc-config-acme': secret,
    });
    api.create = async <T>() => ({ status: { token: 't' } }) as T;
    await kubelet.reconcile(pods(), []);
    await until(() => status()?.containerStatuses !== undefined);
    const waiting = { reason: 'ImagePullBackOff', message: 'Go was not found' };
    expect(status().containerStatuses).toMatchObject([{ ready: false, state: { waiting } }]);
  });

  it('are not scheduled without room, or without their volume', async () => {
    const full = setup(podOf(), false);
    await full.kubelet.reconcile(full.pods(), []);
    const message = expect.stringContaining('Insufficient memory');
    expect(full.status().conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
    ]);
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data-acme-0' } }];
    const homeless = setup(podOf(undefined, { volumes }));
    await homeless.kubelet.reconcile(homeless.pods(), []);
    expect(homeless.status().conditions).toMatchObject([{ reason: 'Unschedulable' }]);
    expect(homeless.api.objects.size).toBe(1);
  });

  it('are gone when they are deleted and nothing of them runs any more', async () => {
    const { api, kubelet, pods, released, until } = setup(podOf(undefined, { nodeName: 'local-cloud' }));
    await kubelet.reconcile(pods(), []);
    await api.patch(POD, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
    await kubelet.reconcile(pods(), []);
    await until(() => !api.objects.has(POD));
    expect(released).toEqual(['u1']);
  });

  it('do not suffer from one another', async () => {
    const { api, kubelet, pods } = setup(podOf());
    const bad = podOf(undefined, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'bad' } }] });
    const claim = { metadata: { ...bad.metadata, name: 'bad' }, spec: { storageClassName: 'gp3' } } as Claim;
    api.get = () => Promise.reject(new Error('no answer'));
    await expect(kubelet.reconcile([bad, ...pods()], [claim])).rejects.toThrow('no answer');
    expect(api.objects.has(`${POD}/binding/acme-0`)).toBe(true);
  });

  it('are none of ours on another node, or with another image', async () => {
    for (const pod of [podOf('registry.example.com/web:1'), podOf(undefined, { nodeName: 'i-0abc' })]) {
      const { api, kubelet, pods } = setup(pod);
      await kubelet.reconcile(pods(), []);
      expect([...api.objects.values()]).toEqual([pod]);
    }
  });

  it.each([
    ['ghcr.io/loft-sh/vcluster-pro:0.30.0', true],
    ['123456789012.dkr.ecr.us-east-1.amazonaws.com/vcluster-oss@sha256:abc', true],
    ['vcluster', true],
    ['example.com/not-vcluster:1', false],
    ['example.com/vcluster/other:1', false],
  ])('are told by their image: %s', (image, isOne) => {
    expect(virtualPod(podOf(image)) !== undefined).toBe(isOne);
  });
});
