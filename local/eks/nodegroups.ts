import { randomUUID } from 'node:crypto';
import { passRole } from '../iam/pass-role.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { quotaValue } from '../servicequotas/quota-store.ts';
import { currentEntry, newEntry, putEntry } from './access-entry-store.ts';
import { onCluster } from './clusters.ts';
import { clusterKey, eksArn, findCluster, ownedBy, ownedKey } from './database.ts';
import type { EksEngine } from './engine.ts';
import { inUse, invalidRequest, limitExceeded, notFound } from './errors.ts';
import { optionalText, page, tagMap } from './input.ts';
import { checkNodeRole, checkSubnets, nodegroupConfiguration } from './nodegroup-input.ts';
import { findPrincipal } from './principals.ts';
import type { ClusterRecord, NodegroupRecord } from './records.ts';
import { requestTagConditions, resourceTagConditions } from './tag-conditions.ts';

/** Managed node groups per cluster. */
const NODEGROUP_QUOTA = 'L-6D54EA21';

/** Says what the engine's jobs do to node groups. */
export function nodegroupJobs(engine: EksEngine): void {
  engine.jobs.on('nodegroup-settled', (key) => {
    const { nodegroups } = engine.database;
    const nodegroup = nodegroups.get(key);
    if (nodegroup?.status === 'DELETING') nodegroups.delete(key);
    else if (nodegroup) nodegroups.put(key, { ...nodegroup, status: 'ACTIVE' });
  });
}

/** CreateNodegroup, DescribeNodegroup, ListNodegroups, DeleteNodegroup: states and answers. No node ever joins the cluster. */
export function nodegroupOperations(engine: EksEngine): Record<string, Operation> {
  const { database } = engine;
  return {
    CreateNodegroup: {
      http: { method: 'POST', uri: '/clusters/{clusterName}/node-groups' },
      authorize: (input, context) => [
        ...onCluster(
          engine,
          'CreateNodegroup',
          'clusterName',
        )(input, context).map((request) => ({
          ...request,
          conditions: { ...request.conditions, ...requestTagConditions(input.tags) },
        })),
        ...(typeof input.nodeRole === 'string' ? [passRole(input.nodeRole, 'ec2.amazonaws.com')] : []),
      ],
      handle: (input, context) => create(engine, input, context),
    },
    DescribeNodegroup: {
      http: { method: 'GET', uri: '/clusters/{clusterName}/node-groups/{nodegroupName}' },
      authorize: onNodegroup(engine, 'DescribeNodegroup'),
      handle(input, context) {
        const cluster = findCluster(database, context, input.clusterName);
        return { nodegroup: nodegroupView(cluster, requireNodegroup(engine, cluster, input.nodegroupName)) };
      },
    },
    ListNodegroups: {
      http: { method: 'GET', uri: '/clusters/{clusterName}/node-groups' },
      authorize: onCluster(engine, 'ListNodegroups', 'clusterName'),
      handle(input, context) {
        const nodegroups = ownedBy(database.nodegroups, findCluster(database, context, input.clusterName));
        const { items, nextToken } = page(nodegroups, input);
        return { nodegroups: items.map(({ nodegroupName }) => nodegroupName), ...(nextToken && { nextToken }) };
      },
    },
    DeleteNodegroup: {
      http: { method: 'DELETE', uri: '/clusters/{clusterName}/node-groups/{nodegroupName}' },
      authorize: onNodegroup(engine, 'DeleteNodegroup'),
      handle(input, context) {
        const cluster = findCluster(database, context, input.clusterName);
        const before = requireNodegroup(engine, cluster, input.nodegroupName);
        if (before.status !== 'ACTIVE')
          throw inUse(
            `Nodegroup ${before.nodegroupName} cannot be deleted as it is currently in ${before.status} state`,
            {
              clusterName: cluster.name,
              nodegroupName: before.nodegroupName,
            },
          );
        const nodegroup: NodegroupRecord = { ...before, status: 'DELETING' };
        put(engine, cluster, nodegroup, engine.durations.deleteNodegroup);
        return { nodegroup: nodegroupView(cluster, nodegroup) };
      },
    },
  };
}

/** A cluster goes only after its node groups. Throws ResourceInUseException. https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteCluster.html */
export function refuseWithNodegroups(engine: EksEngine, cluster: ClusterRecord): void {
  const [nodegroup] = ownedBy(engine.database.nodegroups, cluster);
  if (nodegroup)
    throw inUse('Cluster has nodegroups attached', {
      clusterName: cluster.name,
      nodegroupName: nodegroup.nodegroupName,
    });
}

function onNodegroup(engine: EksEngine, action: string) {
  return (input: OperationInput, context: RequestContext) => {
    const cluster = engine.database.clusters.get(clusterKey(context, String(input.clusterName)));
    const nodegroup = cluster && engine.database.nodegroups.get(ownedKey(cluster, String(input.nodegroupName)));
    return [
      {
        action: `eks:${action}`,
        resource: nodegroup?.arn ?? eksArn(context, `nodegroup/${input.clusterName}/${input.nodegroupName}/*`),
        conditions: resourceTagConditions(nodegroup?.tags),
      },
    ];
  };
}

async function create(engine: EksEngine, input: OperationInput, context: RequestContext) {
  const configuration = nodegroupConfiguration(input, findCluster(engine.database, context, input.clusterName));
  const { nodegroupName, nodeRole } = configuration;
  const tags = tagMap(input);
  const principal = await findPrincipal(engine, nodeRole);
  // IAM was asked meanwhile: the cluster may have changed.
  const cluster = findCluster(engine.database, context, input.clusterName);
  const fields = { clusterName: cluster.name, nodegroupName };
  const token = optionalText(input, 'clientRequestToken');
  const existing = engine.database.nodegroups.get(ownedKey(cluster, nodegroupName));
  if (existing && token !== undefined && existing.clientRequestToken === token)
    return { nodegroup: nodegroupView(cluster, existing) };
  if (existing)
    throw inUse(`NodeGroup already exists with name ${nodegroupName} and cluster name ${cluster.name}`, fields);
  if (cluster.status !== 'ACTIVE') throw invalidRequest(`Cluster '${cluster.name}' is not in ACTIVE status`, fields);
  checkNodeRole(engine.cloud.identity, nodeRole);
  checkSubnets(engine.cloud, cluster, configuration.subnets);
  refuseBeyondQuota(engine, cluster);
  const now = engine.cloud.clock.now();
  const id = randomUUID();
  const nodegroup: NodegroupRecord = {
    ...configuration,
    arn: eksArn(cluster, `nodegroup/${cluster.name}/${nodegroupName}/${id}`),
    status: 'CREATING',
    autoScalingGroup: `eks-${nodegroupName}-${id}`,
    tags,
    createdAt: now,
    modifiedAt: now,
    ...(token !== undefined && { clientRequestToken: token }),
  };
  put(engine, cluster, nodegroup, engine.durations.createNodegroup);
  // https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html: nodes of managed groups get in by themselves.
  if (cluster.authenticationMode !== 'CONFIG_MAP' && !currentEntry(engine, cluster, principal.arn)) {
    const username = 'system:node:{{EC2PrivateDNSName}}';
    const given = { type: 'EC2_LINUX', kubernetesGroups: ['system:nodes'], tags: {}, policies: [], username };
    putEntry(engine, cluster, newEntry(engine, cluster, principal, given));
  }
  return { nodegroup: nodegroupView(cluster, nodegroup) };
}

function refuseBeyondQuota(engine: EksEngine, cluster: ClusterRecord): void {
  const most = quotaValue(engine.cloud, cluster.accountId, cluster.region, NODEGROUP_QUOTA);
  if (ownedBy(engine.database.nodegroups, cluster).length >= most)
    throw limitExceeded(`The maximum number of node groups in the cluster has been reached: ${most}`, {
      clusterName: cluster.name,
    });
}

function put(engine: EksEngine, cluster: ClusterRecord, nodegroup: NodegroupRecord, delay: number): void {
  const key = ownedKey(cluster, nodegroup.nodegroupName);
  engine.cloud.store.transaction(() => {
    engine.database.nodegroups.put(key, nodegroup);
    engine.jobs.schedule('nodegroup-settled', key, delay);
  });
}

function requireNodegroup(engine: EksEngine, cluster: ClusterRecord, name: unknown): NodegroupRecord {
  const nodegroup = engine.database.nodegroups.get(ownedKey(cluster, String(name)));
  if (nodegroup) return nodegroup;
  throw notFound(`No node group found for name: ${String(name)}.`, { clusterName: cluster.name, nodegroupName: name });
}

function nodegroupView(cluster: ClusterRecord, nodegroup: NodegroupRecord): Record<string, unknown> {
  const { arn, clientRequestToken: _, autoScalingGroup, createdAt, modifiedAt, ...rest } = nodegroup;
  return {
    ...rest,
    nodegroupArn: arn,
    clusterName: cluster.name,
    resources: nodegroup.status === 'CREATING' ? {} : { autoScalingGroups: [{ name: autoScalingGroup }] },
    health: { issues: [] },
    createdAt: new Date(createdAt),
    modifiedAt: new Date(modifiedAt),
  };
}
