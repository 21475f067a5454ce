import type { AccessRequest, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { beginDeletion } from './cluster-lifecycle.ts';
import { clusterView } from './cluster-view.ts';
import { clusterKey, eksArn, findCluster, ownedBy } from './database.ts';
import type { EksEngine } from './engine.ts';
import { inUse, invalidRequest } from './errors.ts';
import { page } from './input.ts';
import { refuseWithNodegroups } from './nodegroups.ts';
import { resourceTagConditions } from './tag-conditions.ts';

/** What IAM has to allow for an operation on a cluster. */
export function onCluster(
  engine: EksEngine,
  action: string,
  member: 'name' | 'clusterName',
): (input: OperationInput, context: RequestContext) => AccessRequest[] {
  return (input, context) => [
    {
      action: `eks:${action}`,
      resource: eksArn(context, `cluster/${input[member]}`),
      conditions: resourceTagConditions(engine.database.clusters.get(clusterKey(context, String(input[member])))?.tags),
    },
  ];
}

/** DescribeCluster, ListClusters, DeleteCluster. */
export function clusterOperations(engine: EksEngine): Record<string, Operation> {
  const { database } = engine;
  return {
    DescribeCluster: {
      http: { method: 'GET', uri: '/clusters/{name}' },
      authorize: onCluster(engine, 'DescribeCluster', 'name'),
      handle: (input, context) => ({ cluster: clusterView(findCluster(database, context, input.name)) }),
    },
    ListClusters: {
      http: { method: 'GET', uri: '/clusters' },
      handle(input, context) {
        const names = database.clusters.entries(clusterKey(context, '')).map(([, { name }]) => name);
        const { items, nextToken } = page(names, input);
        return { clusters: items, ...(nextToken && { nextToken }) };
      },
    },
    DeleteCluster: {
      http: { method: 'DELETE', uri: '/clusters/{name}' },
      authorize: onCluster(engine, 'DeleteCluster', 'name'),
      handle(input, context) {
        const cluster = findCluster(database, context, input.name);
        const fields = { clusterName: cluster.name };
        // https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html
        if (cluster.deletionProtection && (cluster.status === 'ACTIVE' || cluster.status === 'UPDATING'))
          throw invalidRequest(
            `Cluster ${cluster.name} cannot be deleted because deletion protection is enabled. Disable deletion protection first.`,
            fields,
          );
        const updating = ownedBy(database.updates, cluster).find(({ status }) => status === 'InProgress');
        if (updating)
          throw inUse(
            `Cannot DeleteCluster because cluster ${cluster.name} currently has update ${updating.id} in progress`,
            fields,
          );
        if (cluster.status === 'CREATING' || cluster.status === 'DELETING')
          throw inUse(`Cluster ${cluster.name} is in state ${cluster.status} and cannot be deleted`, fields);
        refuseWithNodegroups(engine, cluster);
        beginDeletion(engine, clusterKey(cluster, cluster.name), cluster);
        return { cluster: clusterView({ ...cluster, status: 'DELETING' }) };
      },
    },
  };
}
