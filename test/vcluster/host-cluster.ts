import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jumpingClock } from '../../local/kernel/clocks.ts';
import { ensureControlPlaneBinary } from '../../local/kube/build.ts';
import { type ControlPlane, createControlPlanes } from '../../local/kube/control-planes.ts';
import { ensureVclusterBinary } from '../../local/vcluster/build.ts';
import { renderChart } from '../../local/vcluster/chart.ts';
import { type HostApi, hostApi } from '../../local/vcluster/host-api.ts';
import { type HostControlPlanes, withVirtualClusters } from '../../local/vcluster/with-virtual-clusters.ts';

const clusterId = 'host';

/** A host cluster whose virtual clusters run, for the tests of one file. */
export interface HostCluster {
  readonly api: HostApi;
  readonly planes: HostControlPlanes;
  readonly plane: ControlPlane;
  readonly log: string[];
  /** Installs vcluster's official chart in a new namespace, as `helm install` does. */
  install(name: string, namespace: string, values?: Record<string, unknown>): Promise<void>;
  /** Ends everything and starts it again with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Builds first what is not cached. */
export async function startHostCluster(most = 3): Promise<HostCluster> {
  const progress = (line: string) => void process.stderr.write(`${line}\n`);
  const assets = await ensureControlPlaneBinary(progress);
  const binary = await ensureVclusterBinary(progress);
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-vcluster-'));
  const webhook = await startWebhook();
  const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
  const log: string[] = [];

  async function start() {
    const clock = jumpingClock();
    const planes = withVirtualClusters(createControlPlanes({ folder: join(folder, 'kube'), assets }), {
      folder: join(folder, 'virtual'),
      assets,
      clock,
      binary: async () => binary,
      most,
      log: (message) => void log.push(message),
    });
    const wanted = { tokenWebhookUrl: url, authorizationWebhookUrl: url };
    const plane = await planes.ensureRunning(clusterId, wanted);
    return { planes, plane, clock, api: hostApi(plane.adminKubeconfigPath) };
  }

  async function end() {
    running.api.close();
    await running.planes.stopAll();
    running.clock.close();
  }

  let running = await start();
  await running.api.create('/apis/storage.k8s.io/v1/storageclasses', STORAGE_CLASS);
  return {
    get api() {
      return running.api;
    },
    get planes() {
      return running.planes;
    },
    get plane() {
      return running.plane;
    },
    log,
    async install(name, namespace, values = {}) {
      await running.api.create('/api/v1/namespaces', { metadata: { name: namespace } });
      for (const object of await renderChart({ name, namespace, values: { ...VALUES, ...values } }))
        await running.api.create(collection(object, namespace), object);
    },
    async restart() {
      await end();
      running = await start();
    },
    async stop() {
      await end();
      webhook.closeAllConnections();
      webhook.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const STORAGE_CLASS = {
  metadata: { name: 'gp3', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'ebs.csi.eks.amazonaws.com',
  volumeBindingMode: 'WaitForFirstConsumer',
};

const VALUES = {
  telemetry: { enabled: false },
  // Without an annotation vcluster fails when it writes its own.
  controlPlane: { service: { annotations: { purpose: 'test' }, spec: { type: 'LoadBalancer' } } },
};

const PLURALS: Record<string, string> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  Secret: 'secrets',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
  StatefulSet: 'statefulsets',
};

function collection({ apiVersion, kind }: { apiVersion: string; kind: string }, namespace: string): string {
  const base = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
  return kind.startsWith('Cluster') ? `${base}/${plural}` : `${base}/namespaces/${namespace}/${plural}`;
}

/** Waits for real processes. */
export async function eventually<T>(look: () => Promise<T | undefined>, patience = 60_000): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`not within ${patience / 1000} s: ${look}`);
    await delay(100);
  }
}

/** Knows no token and has no opinion about any right: certificates and RBAC decide. */
async function startWebhook(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const review = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...review, status: { authenticated: false, allowed: false } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
