import { randomBytes } from 'node:crypto';
import { passRole } from '../iam/pass-role.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { isReady } from '../organizations/readiness.ts';
import { quotaValue } from '../servicequotas/quota-store.ts';
import { bootstrapCreator } from './access-entry-store.ts';
import {
  authenticationMode,
  clusterName,
  DEFAULT_VERSION,
  KUBERNETES_VERSIONS,
  newConfiguration,
  supportType,
} from './cluster-input.ts';
import { beginCreation } from './cluster-lifecycle.ts';
import { notSubscribed } from './cluster-subscription.ts';
import { clusterView } from './cluster-view.ts';
import { clusterKey, eksArn } from './database.ts';
import type { EksEngine } from './engine.ts';
import { inUse, invalidParameter, limitExceeded } from './errors.ts';
import { optionalBoolean, optionalText, requestHash, requiredText, tagMap } from './input.ts';
import type { ClusterRecord } from './records.ts';
import { requestTagConditions } from './tag-conditions.ts';

/** Clusters in a region. */
const CLUSTER_QUOTA = 'L-1194D53C';

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
export function createClusterOperation(engine: EksEngine): Operation {
  return {
    http: { method: 'POST', uri: '/clusters' },
    authorize: (input, context) => [
      {
        action: 'eks:CreateCluster',
        resource: eksArn(context, `cluster/${input.name}`),
        conditions: requestTagConditions(input.tags),
      },
      ...(typeof input.roleArn === 'string' ? [passRole(input.roleArn, 'eks.amazonaws.com')] : []),
    ],
    async handle(input, context) {
      const name = clusterName(input);
      const key = clusterKey(context, name);
      const existing = engine.database.clusters.get(key);
      if (existing) return { cluster: clusterView(repeated(existing, input)) };
      const cluster = newCluster(engine, name, input, context);
      const siblings = engine.database.clusters.entries(clusterKey(context, '')).length;
      const most = quotaValue(engine.cloud, context.accountId, context.region, CLUSTER_QUOTA);
      if (siblings >= most)
        throw limitExceeded(`The maximum number of clusters in the region has been reached: ${most}`, {
          clusterName: name,
        });
      engine.cloud.store.transaction(() => {
        engine.database.clusters.put(key, cluster);
        if (optionalBoolean(input.accessConfig, 'bootstrapClusterCreatorAdminPermissions') ?? true)
          bootstrapCreator(engine, cluster, context.caller);
        beginCreation(engine, key);
      });
      return { cluster: clusterView(cluster) };
    },
  };
}

/** The same request again is answered with the cluster it made; any other finds the name taken. */
function repeated(existing: ClusterRecord, input: OperationInput): ClusterRecord {
  const token = optionalText(input, 'clientRequestToken');
  if (token !== undefined && token === existing.clientRequestToken && requestHash(input) === existing.requestHash)
    return existing;
  throw inUse(`Cluster already exists with name: ${existing.name}`, { clusterName: existing.name });
}

function newCluster(engine: EksEngine, name: string, input: OperationInput, context: RequestContext): ClusterRecord {
  const token = optionalText(input, 'clientRequestToken');
  return {
    name,
    accountId: context.accountId,
    region: context.region,
    id: randomBytes(16).toString('hex').toUpperCase(),
    status: 'CREATING',
    createdAt: engine.cloud.clock.now(),
    ...(token !== undefined && { clientRequestToken: token }),
    requestHash: requestHash(input),
    version: version(input),
    roleArn: clusterRole(engine, input),
    tags: tagMap(input),
    authenticationMode: authenticationMode(input.accessConfig?.authenticationMode) ?? 'CONFIG_MAP',
    deletionProtection: optionalBoolean(input, 'deletionProtection') ?? false,
    supportType: supportType(input.upgradePolicy) ?? 'EXTENDED',
    healthIssues: isReady(engine.cloud, context.accountId, 'ec2') ? [] : [notSubscribed(name)],
    configuration: newConfiguration(input),
  };
}

function version(input: OperationInput): string {
  const wanted = optionalText(input, 'version') ?? DEFAULT_VERSION;
  if (!KUBERNETES_VERSIONS.includes(wanted)) throw invalidParameter(`unsupported Kubernetes version ${wanted}`);
  return wanted;
}

/** The role has to exist and to trust EKS. */
function clusterRole(engine: EksEngine, input: OperationInput): string {
  const roleArn = requiredText(input, 'roleArn');
  try {
    engine.cloud.identity.serviceRole(roleArn, 'eks.amazonaws.com', 'eks-create-cluster');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Role with arn: ${roleArn}, could not be assumed because it does not exist or the trusted entity is not correct`,
      { clusterName: input.name },
    );
  }
  return roleArn;
}
