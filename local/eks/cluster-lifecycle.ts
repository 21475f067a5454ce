import { createHash } from 'node:crypto';
import type { ControlPlane } from '../kube/control-planes.ts';
import { hostApi } from '../vcluster/host-api.ts';
import { ensureAutoMode } from './auto-mode.ts';
import { lacksEc2 } from './cluster-subscription.ts';
import { serviceAccountIssuer } from './cluster-view.ts';
import { ensureLogGroup } from './control-plane-logs.ts';
import { ownedKey } from './database.ts';
import type { EksEngine } from './engine.ts';
import type { ClusterRecord } from './records.ts';

/** Says what the engine's jobs do to clusters. */
export function clusterJobs(engine: EksEngine): void {
  engine.jobs.on('cluster-created', (key) => finishCreation(engine, key));
  engine.jobs.on('cluster-deleted', (key) => finishDeletion(engine, key));
}

/** Starts the control plane of a new cluster, and has the cluster become ACTIVE when its simulated time is over. */
export function beginCreation(engine: EksEngine, key: string): void {
  const [from, to] = engine.durations.createCluster;
  const fraction = createHash('sha256').update(key).digest().readUInt16BE(0) / 0x10000;
  engine.jobs.schedule('cluster-created', key, Math.round(from + fraction * (to - from)));
  // A failure is reported by the job, which asks again.
  startControlPlane(engine, key).catch(() => undefined);
}

/** Marks the cluster as on its way out; when its time is over, the control plane goes and the name is free. */
export function beginDeletion(engine: EksEngine, key: string, cluster: ClusterRecord): void {
  engine.database.clusters.put(key, { ...cluster, status: 'DELETING' });
  engine.jobs.schedule('cluster-deleted', key, engine.durations.deleteCluster);
  emit(engine, cluster, 'DELETING');
}

/** After a start of the local cloud: control planes of living clusters run again. One that does not is reported, the others go on. */
export async function resumeClusters(engine: EksEngine): Promise<void> {
  const living = engine.database.clusters
    .entries()
    .filter(([, { status }]) => status === 'ACTIVE' || status === 'UPDATING' || status === 'CREATING');
  await Promise.all(living.map(([key, cluster]) => resume(engine, key, cluster)));
}

async function resume(engine: EksEngine, key: string, cluster: ClusterRecord): Promise<void> {
  try {
    await startControlPlane(engine, key);
  } catch (error) {
    const { message } = error as Error;
    engine.cloud.log('error', `the control plane of cluster ${cluster.name} did not come back: ${message}`);
    const issue = { code: 'ClusterUnreachable', message, resourceIds: [cluster.name] };
    change(engine, key, cluster.id, { healthIssues: [issue] });
  }
}

async function finishCreation(engine: EksEngine, key: string): Promise<void> {
  let failure: Error | undefined;
  try {
    await startControlPlane(engine, key);
  } catch (error) {
    failure = error as Error;
  }
  const cluster = engine.database.clusters.get(key);
  if (cluster?.status !== 'CREATING') return;
  const healthIssues = failure ? [startIssue(failure, cluster)] : cluster.healthIssues;
  const status = failure === undefined && !lacksEc2(cluster) ? 'ACTIVE' : 'FAILED';
  engine.database.clusters.put(key, { ...cluster, status, healthIssues });
  if (failure) engine.cloud.log('error', `cluster ${cluster.name} failed: ${failure.message}`);
  emit(engine, cluster, status);
}

/** Too many clusters for this machine, or something that is broken. https://docs.aws.amazon.com/eks/latest/APIReference/API_ClusterIssue.html */
function startIssue({ name, message }: Error, cluster: ClusterRecord): ClusterRecord['healthIssues'][number] {
  const code = name === 'NoRoomError' ? 'ResourceLimitExceeded' : 'InternalFailure';
  return { code, message, resourceIds: [cluster.name] };
}

/** Everything of the cluster goes, its name last: until then DescribeCluster says DELETING. */
async function finishDeletion(engine: EksEngine, key: string): Promise<void> {
  const cluster = engine.database.clusters.get(key);
  if (cluster?.status !== 'DELETING') return;
  await engine.starting.get(key);
  // The control plane writes to the last: who deletes the group before finds it again.
  await ensureLogGroup(engine, cluster);
  const planes = await engine.controlPlanes();
  await planes.remove(cluster.id);
  const { accessEntries, addons, clusters, podIdentities, principalArns, updates } = engine.database;
  engine.cloud.store.transaction(() => {
    for (const collection of [accessEntries, principalArns, addons, podIdentities, updates])
      for (const [owned] of collection.entries(ownedKey(cluster, ''))) collection.delete(owned);
    clusters.delete(key);
  });
  emit(engine, cluster, 'DELETED');
}

/** Starts the control plane once, however many ask; the clock stands still meanwhile. */
export function startControlPlane(engine: EksEngine, key: string): Promise<void> {
  const existing = engine.starting.get(key);
  if (existing) return existing;
  const started = runControlPlane(engine, key).finally(() => engine.starting.delete(key));
  engine.starting.set(key, started);
  return started;
}

async function runControlPlane(engine: EksEngine, key: string): Promise<void> {
  const cluster = engine.database.clusters.get(key);
  if (!cluster || cluster.status === 'DELETING' || lacksEc2(cluster)) return;
  const release = engine.cloud.clock.hold(`eks: control plane of ${cluster.name} starts`);
  try {
    const planes = await engine.controlPlanes();
    const plane = await planes.ensureRunning(cluster.id, controlPlaneOptions(engine, cluster));
    const { endpoint, certificateAuthorityData } = plane;
    change(engine, key, cluster.id, { endpoint, certificateAuthorityData, healthIssues: [] });
    await ensureLogGroup(engine, cluster);
    const isBare = cluster.configuration.computeConfig.enabled && !cluster.furnished;
    if (!engine.furnishes || !isBare) return;
    await furnish(plane, cluster);
    change(engine, key, cluster.id, { furnished: true });
  } finally {
    release();
  }
}

/** It may have changed, or gone, while its control plane was waited for. */
function change({ database: { clusters } }: EksEngine, key: string, id: string, changes: Partial<ClusterRecord>): void {
  const now = clusters.get(key);
  if (now?.id === id) clusters.put(key, { ...now, ...changes });
}

/** Through its address, which wakes it if it is paused meanwhile and keeps it running. */
async function furnish(plane: ControlPlane, { configuration }: ClusterRecord): Promise<void> {
  const api = hostApi(plane.adminKubeconfigPath, plane.endpoint);
  try {
    await ensureAutoMode(api, configuration);
  } finally {
    api.close();
  }
}

function controlPlaneOptions(engine: EksEngine, cluster: ClusterRecord) {
  const webhook = (name: string) => `${engine.cloud.endpoint}/_local/eks/${name}/${cluster.id}`;
  return {
    tokenWebhookUrl: webhook('token-review'),
    authorizationWebhookUrl: webhook('access-review'),
    serviceCidr: cluster.configuration.kubernetesNetworkConfig.serviceIpv4Cidr,
    serviceAccountIssuer: serviceAccountIssuer(cluster),
  };
}

function emit(engine: EksEngine, cluster: ClusterRecord, status: string): void {
  const { name, accountId, region } = cluster;
  engine.cloud.emit({ type: 'eks.cluster', detail: { name, accountId, region, status } });
}
