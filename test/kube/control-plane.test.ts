import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeAssets } from '../../local/kube/assets.ts';
import { ensureControlPlaneBinary } from '../../local/kube/build.ts';
import { type ControlPlane, type ControlPlanes, createControlPlanes } from '../../local/kube/control-planes.ts';
import { probe } from '../../local/kube/https-probe.ts';
import { processStart } from '../../local/kube/process-identity.ts';

const MEBIBYTE = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'tenantry-kube-'));
let assets: KubeAssets;
let planes: ControlPlanes;
let webhooks: Server;
/** Bearer tokens of the webhook and the groups they are good for. */
const known = new Map([['tenant-token', ['tenant:acme']]]);

beforeAll(async () => {
  assets = await ensureControlPlaneBinary((line) => console.log(line));
  webhooks = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const review = JSON.parse(text);
    const groups = known.get(review.spec.token);
    review.status = request.url?.startsWith('/token')
      ? { authenticated: groups !== undefined, user: { username: 'tenant', groups } }
      : { allowed: review.spec.resourceAttributes?.namespace === 'allowed' };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(review));
  });
  await new Promise<void>((resolve) => webhooks.listen(0, '127.0.0.1', resolve));
  planes = createControlPlanes({ folder, assets });
  await planes.prepare();
}, 900_000);

afterAll(async () => {
  await planes.stopAll();
  webhooks.close();
  rmSync(folder, { recursive: true, force: true });
});

function options() {
  const url = `http://127.0.0.1:${(webhooks.address() as AddressInfo).port}`;
  return { tokenWebhookUrl: `${url}/token`, authorizationWebhookUrl: `${url}/access` };
}

function admin(plane: ControlPlane): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromFile(plane.adminKubeconfigPath);
  return config.makeApiClient(CoreV1Api);
}

function withToken(plane: ControlPlane, token: string): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'c', server: plane.endpoint, caData: plane.certificateAuthorityData, skipTLSVerify: false },
    { name: 'u', token },
  );
  return config.makeApiClient(CoreV1Api);
}

/** Waits for what controllers do. */
async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(50);
  }
}

const status = (code: number) => expect.objectContaining({ code }) as Error;

describe('a control plane', () => {
  it('is ready, makes what a namespace needs, and counts quotas', async () => {
    const plane = await planes.ensureRunning('ONE', options());
    const api = admin(plane);
    await api.createNamespace({ body: { metadata: { name: 'acme' } } });
    const objects = async () => {
      const accounts = await api.listNamespacedServiceAccount({ namespace: 'acme' });
      const maps = await api.listNamespacedConfigMap({ namespace: 'acme' });
      return accounts.items.length > 0 && maps.items.length > 0 ? maps.items : undefined;
    };
    expect((await eventually(objects)).map(({ metadata }) => metadata?.name)).toEqual(['kube-root-ca.crt']);
    await api.createNamespacedResourceQuota({
      namespace: 'acme',
      body: { metadata: { name: 'counts' }, spec: { hard: { secrets: '1' } } },
    });
    await eventually(async () => {
      const quota = await api.readNamespacedResourceQuota({ namespace: 'acme', name: 'counts' });
      return quota.status?.hard?.['secrets'];
    });
    const secret = (name: string) => api.createNamespacedSecret({ namespace: 'acme', body: { metadata: { name } } });
    await secret('first');
    await expect(secret('second')).rejects.toEqual(status(403));
  });

  it('costs less than 400 MiB with its controllers', async () => {
    await planes.ensureRunning('ONE', options());
    const { clusters, etcdResidentBytes } = planes.stats();
    const [cluster] = clusters;
    const mebibytes = Math.round((cluster?.residentBytes ?? 0) / MEBIBYTE);
    console.log(
      `control plane: ${mebibytes} MiB resident, ready after ${cluster?.startMilliseconds} ms; etcd, shared: ${Math.round(etcdResidentBytes / MEBIBYTE)} MiB`,
    );
    expect(mebibytes).toBeGreaterThan(50);
    expect(mebibytes).toBeLessThan(400);
  });

  it('asks the webhooks who a token is and what it may; nobody anonymous sees more than its health', async () => {
    const plane = await planes.ensureRunning('ONE', options());
    const tenant = withToken(plane, 'tenant-token');
    await expect(withToken(plane, 'other').listNamespacedPod({ namespace: 'allowed' })).rejects.toEqual(status(401));
    await expect(tenant.listNamespacedPod({ namespace: 'acme' })).rejects.toEqual(status(403));
    expect((await tenant.listNamespacedPod({ namespace: 'allowed' })).items).toEqual([]);
    known.delete('tenant-token');
    await expect(tenant.listNamespacedPod({ namespace: 'allowed' })).rejects.toEqual(status(401));
    await expect(withToken(plane, '').listNamespace()).rejects.toEqual(status(401));
  });

  it('does not see what another one has, and leaves nothing in etcd when it is removed', async () => {
    const one = await planes.ensureRunning('ONE', options());
    const two = await planes.ensureRunning('ON', options());
    expect(two.endpoint).not.toBe(one.endpoint);
    await admin(two).createNamespace({ body: { metadata: { name: 'two-only' } } });
    await expect(admin(one).readNamespace({ name: 'two-only' })).rejects.toEqual(status(404));
    await planes.remove('ON');
    expect(two.pids.map(processStart)).toEqual([undefined]);
    expect(existsSync(join(folder, 'clusters', 'ON'))).toBe(false);
    await admin(one).readNamespace({ name: 'acme' });
    const again = await planes.ensureRunning('ON', options());
    await expect(admin(again).readNamespace({ name: 'two-only' })).rejects.toEqual(status(404));
    await planes.remove('ON');
  });

  it('keeps its data, keys and port over a stop, and comes back after its process was killed', async () => {
    const before = await planes.ensureRunning('ONE', options());
    await planes.stop('ONE');
    expect(before.pids.map(processStart)).toEqual([undefined]);
    const after = await planes.ensureRunning('ONE', options());
    expect(after.endpoint).toBe(before.endpoint);
    expect(after.certificateAuthorityData).toBe(before.certificateAuthorityData);
    await admin(after).readNamespace({ name: 'acme' });
    process.kill(Number(after.pids[0]), 'SIGKILL');
    await eventually(async () => (processStart(Number(after.pids[0])) === undefined ? true : undefined));
    const revived = await planes.ensureRunning('ONE', options());
    expect(revived.pids).not.toEqual(after.pids);
    await admin(revived).readNamespace({ name: 'acme' });
  });

  it('starts again by itself when it or etcd was killed', async () => {
    const before = await planes.ensureRunning('ONE', options());
    const ca = Buffer.from(before.certificateAuthorityData, 'base64').toString();
    const answers = () =>
      probe(`${before.endpoint}/readyz`, { ca }).then(
        ({ status: code }) => (code === 200 ? true : undefined),
        () => undefined,
      );
    process.kill(Number(before.pids[0]), 'SIGKILL');
    await eventually(async () => ((await answers()) ? undefined : true));
    await eventually(answers);
    const etcd = JSON.parse(readFileSync(join(folder, 'processes', 'etcd.json'), 'utf8'));
    process.kill(etcd.pid, 'SIGKILL');
    await eventually(async () => (processStart(etcd.pid) === undefined ? true : undefined));
    await eventually(async () => (existsSync(join(folder, 'processes', 'etcd.json')) ? true : undefined));
    await eventually(answers);
    await admin(await planes.ensureRunning('ONE', options())).readNamespace({ name: 'acme' });
  });
});

describe('when the local cloud is killed', () => {
  it('no process stays behind, and the next run finds the data', async () => {
    const state = mkdtempSync(join(tmpdir(), 'tenantry-killed-'));
    const script = join(state, 'run.ts');
    const module = (name: string) => new URL(`../../local/kube/${name}.ts`, import.meta.url).href;
    writeFileSync(
      script,
      `import { createControlPlanes } from ${JSON.stringify(module('control-planes'))};
       const planes = createControlPlanes({ folder: ${JSON.stringify(join(state, 'kube'))}, assets: ${JSON.stringify(assets)} });
       const plane = await planes.ensureRunning('ONE', ${JSON.stringify(options())});
       console.log(JSON.stringify(plane));
       setInterval(() => undefined, 1000);`,
    );
    const run = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    run.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const plane: ControlPlane = await eventually(async () => (output.endsWith('\n') ? JSON.parse(output) : undefined));
    await admin(plane).createNamespace({ body: { metadata: { name: 'kept' } } });
    const records = readdirSync(join(state, 'kube', 'processes')).map((name) =>
      JSON.parse(readFileSync(join(state, 'kube', 'processes', name), 'utf8')),
    );
    expect(records).toHaveLength(2);
    run.kill('SIGKILL');
    await eventually(async () => (records.every(({ pid }) => processStart(pid) === undefined) ? true : undefined));

    const next = createControlPlanes({ folder: join(state, 'kube'), assets });
    try {
      const again = await next.ensureRunning('ONE', options());
      expect(again.endpoint).toBe(plane.endpoint);
      await admin(again).readNamespace({ name: 'kept' });
    } finally {
      await next.stopAll();
      rmSync(state, { recursive: true, force: true });
    }
  });
});

describe('ready-made programs', () => {
  it('in a folder run as two processes that end with us, too', async () => {
    const state = mkdtempSync(join(tmpdir(), 'tenantry-assets-'));
    // What setup-envtest would download, here made of the binary at hand.
    const [binary] = assets.etcd;
    for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager']) {
      writeFileSync(join(state, name), `#!/bin/sh\nexec ${binary} ${name} "$@"\n`, { mode: 0o755 });
    }
    const environment = { ...process.env, TENANTRY_KUBE_ASSETS: state };
    const ready = await ensureControlPlaneBinary(() => undefined, { environment });
    const separate = createControlPlanes({ folder: join(state, 'kube'), assets: ready });
    try {
      const plane = await separate.ensureRunning('ONE', options());
      expect(plane.pids).toHaveLength(2);
      await eventually(async () => {
        const { items } = await admin(plane).listNamespacedServiceAccount({ namespace: 'default' });
        return items.length > 0 ? items : undefined;
      });
      await separate.stopAll();
      expect(plane.pids.map(processStart)).toEqual([undefined, undefined]);
      expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(state);
    } finally {
      await separate.stopAll();
      rmSync(state, { recursive: true, force: true });
    }
  });
});
