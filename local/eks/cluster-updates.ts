import { randomUUID } from 'node:crypto';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { KUBERNETES_VERSIONS } from './cluster-input.ts';
import { updateView } from './cluster-view.ts';
import { onCluster } from './clusters.ts';
import { configUpdate } from './config-update.ts';
import { ensureLogGroup } from './control-plane-logs.ts';
import { clusterKey, findCluster, ownedBy, ownedKey } from './database.ts';
import type { EksEngine } from './engine.ts';
import { inUse, invalidParameter, notFound } from './errors.ts';
import { optionalText, page, requiredText } from './input.ts';
import type { ClusterRecord, UpdateRecord } from './records.ts';

/** Says what the engine's jobs do to updates. */
export function updateJobs(engine: EksEngine): void {
  engine.jobs.on('update-finished', (key) => finishUpdate(engine, key));
}

/** UpdateClusterConfig, UpdateClusterVersion, DescribeUpdate, ListUpdates. */
export function clusterUpdateOperations(engine: EksEngine): Record<string, Operation> {
  const { database } = engine;
  return {
    UpdateClusterConfig: {
      http: { method: 'POST', uri: '/clusters/{name}/update-config' },
      authorize: onCluster(engine, 'UpdateClusterConfig', 'name'),
      handle: (input, context) => begin(engine, input, context, 'UpdateClusterConfig', configUpdate),
    },
    UpdateClusterVersion: {
      http: { method: 'POST', uri: '/clusters/{name}/updates' },
      authorize: onCluster(engine, 'UpdateClusterVersion', 'name'),
      handle: (input, context) => begin(engine, input, context, 'UpdateClusterVersion', versionUpdate),
    },
    DescribeUpdate: {
      http: { method: 'GET', uri: '/clusters/{name}/updates/{updateId}' },
      authorize: onCluster(engine, 'DescribeUpdate', 'name'),
      handle(input, context) {
        const cluster = findCluster(database, context, input.name);
        const update = database.updates.get(ownedKey(cluster, String(input.updateId)));
        if (!update) throw notFound(`No update found for ID: ${input.updateId}`, { clusterName: cluster.name });
        return { update: updateView(update) };
      },
    },
    ListUpdates: {
      http: { method: 'GET', uri: '/clusters/{name}/updates' },
      authorize: onCluster(engine, 'ListUpdates', 'name'),
      handle(input, context) {
        const updates = ownedBy(database.updates, findCluster(database, context, input.name));
        const { items, nextToken } = page(
          updates.sort((a, b) => b.createdAt - a.createdAt),
          input,
        );
        return { updateIds: items.map(({ id }) => id), ...(nextToken && { nextToken }) };
      },
    },
  };
}

/** What an update request asks for. */
export type UpdatePlan = Pick<UpdateRecord, 'type' | 'params' | 'result'>;

function begin(
  engine: EksEngine,
  input: OperationInput,
  context: RequestContext,
  operation: string,
  plan: (cluster: ClusterRecord, input: OperationInput) => UpdatePlan,
) {
  const cluster = findCluster(engine.database, context, input.name);
  const fields = { clusterName: cluster.name };
  const updates = ownedBy(engine.database.updates, cluster);
  const token = optionalText(input, 'clientRequestToken');
  const repeated = updates.find(({ clientRequestToken }) => token !== undefined && clientRequestToken === token);
  if (repeated) return { update: updateView(repeated) };
  const ongoing = updates.find(({ status }) => status === 'InProgress');
  if (ongoing)
    throw inUse(
      `Cannot ${operation} because cluster ${cluster.name} currently has update ${ongoing.id} in progress`,
      fields,
    );
  if (cluster.status !== 'ACTIVE')
    throw inUse(`Cannot ${operation} because cluster ${cluster.name} is in state ${cluster.status}`, fields);
  const update: UpdateRecord = {
    ...plan(cluster, input),
    id: randomUUID(),
    status: 'InProgress',
    createdAt: engine.cloud.clock.now(),
    errors: [],
    ...(token !== undefined && { clientRequestToken: token }),
  };
  const key = ownedKey(cluster, update.id);
  engine.cloud.store.transaction(() => {
    engine.database.updates.put(key, update);
    engine.database.clusters.put(clusterKey(cluster, cluster.name), { ...cluster, status: 'UPDATING' });
    engine.jobs.schedule('update-finished', key, duration(engine, update.type));
  });
  return { update: updateView(update) };
}

function duration({ durations }: EksEngine, type: string): number {
  if (type === 'VersionUpdate') return durations.updateVersion;
  return type === 'DeletionProtectionUpdate' ? durations.updateDeletionProtection : durations.updateConfig;
}

async function finishUpdate(engine: EksEngine, key: string): Promise<void> {
  const { clusters, updates } = engine.database;
  const update = updates.get(key);
  const ownKey = key.slice(0, key.lastIndexOf('/'));
  const cluster = clusters.get(ownKey);
  if (!update || !cluster || update.status !== 'InProgress') return;
  const updated: ClusterRecord = { ...cluster, ...update.result, status: 'ACTIVE' };
  engine.cloud.store.transaction(() => {
    updates.put(key, { ...update, status: 'Successful' });
    clusters.put(ownKey, updated);
  });
  await ensureLogGroup(engine, updated);
}

/** One minor version at a time, upwards. The real control plane stays the one that runs. */
function versionUpdate(cluster: ClusterRecord, input: OperationInput): UpdatePlan {
  const version = requiredText(input, 'version');
  const fields = { clusterName: cluster.name };
  if (!KUBERNETES_VERSIONS.includes(version))
    throw invalidParameter(`unsupported Kubernetes version ${version}`, fields);
  const minor = (text: string) => Number(text.split('.')[1]);
  if (minor(version) === minor(cluster.version))
    throw invalidParameter(`Cluster is already at version ${version}`, fields);
  if (minor(version) !== minor(cluster.version) + 1)
    throw invalidParameter(`Unsupported Kubernetes minor version update from ${cluster.version} to ${version}`, fields);
  return {
    type: 'VersionUpdate',
    params: [
      { type: 'Version', value: version },
      { type: 'PlatformVersion', value: 'eks.1' },
    ],
    result: { version },
  };
}
