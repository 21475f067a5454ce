import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { checkGroups, checkUsername, entryType } from './access-entry-input.ts';
import { currentEntries, currentEntry, deleteEntry, newEntry, putEntry, requireEntry } from './access-entry-store.ts';
import { onCluster } from './clusters.ts';
import { clusterKey, eksArn, findCluster } from './database.ts';
import type { EksEngine } from './engine.ts';
import { inUse, invalidRequest, limitExceeded } from './errors.ts';
import { optionalText, page, requiredText, tagMap } from './input.ts';
import { findPrincipal } from './principals.ts';
import type { AccessEntryRecord, ClusterRecord } from './records.ts';
import { requestTagConditions, resourceTagConditions } from './tag-conditions.ts';

/** Per cluster, not adjustable. https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html */
const ENTRIES_PER_CLUSTER = 3000;

/** What IAM has to allow for an operation on one access entry. */
export function onEntry(engine: EksEngine, action: string, conditions?: (input: OperationInput) => object) {
  return (input: OperationInput, context: RequestContext) => {
    const cluster = engine.database.clusters.get(clusterKey(context, String(input.clusterName)));
    const entry = cluster && currentEntry(engine, cluster, String(input.principalArn));
    return [
      {
        action: `eks:${action}`,
        resource: entry?.arn ?? eksArn(context, `access-entry/${input.clusterName}/*`),
        conditions: { ...resourceTagConditions(entry?.tags), ...conditions?.(input) },
      },
    ];
  };
}

/** The cluster, if access entries can be used with it. Throws InvalidRequestException. */
export function clusterWithEntries(engine: EksEngine, context: RequestContext, input: OperationInput): ClusterRecord {
  const cluster = findCluster(engine.database, context, input.clusterName);
  const fields = { clusterName: cluster.name };
  if (cluster.authenticationMode === 'CONFIG_MAP')
    throw invalidRequest(
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
      fields,
    );
  if (cluster.status !== 'ACTIVE' && cluster.status !== 'UPDATING')
    throw invalidRequest(`Cluster '${cluster.name}' is not in ACTIVE status`, fields);
  return cluster;
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html and its kin. */
export function accessEntryOperations(engine: EksEngine): Record<string, Operation> {
  return {
    CreateAccessEntry: {
      http: { method: 'POST', uri: '/clusters/{clusterName}/access-entries' },
      authorize: (input, context) =>
        onCluster(
          engine,
          'CreateAccessEntry',
          'clusterName',
        )(input, context).map((request) => ({
          ...request,
          conditions: { ...request.conditions, ...requestTagConditions(input.tags), ...entryConditions(input) },
        })),
      handle: (input, context) => create(engine, input, context),
    },
    DescribeAccessEntry: {
      http: { method: 'GET', uri: '/clusters/{clusterName}/access-entries/{principalArn}' },
      authorize: onEntry(engine, 'DescribeAccessEntry'),
      handle(input, context) {
        const cluster = clusterWithEntries(engine, context, input);
        return { accessEntry: entryView(cluster, requireEntry(engine, cluster, input.principalArn)) };
      },
    },
    UpdateAccessEntry: {
      http: { method: 'POST', uri: '/clusters/{clusterName}/access-entries/{principalArn}' },
      authorize: onEntry(engine, 'UpdateAccessEntry', entryConditions),
      handle: (input, context) => update(engine, input, context),
    },
    DeleteAccessEntry: {
      http: { method: 'DELETE', uri: '/clusters/{clusterName}/access-entries/{principalArn}' },
      authorize: onEntry(engine, 'DeleteAccessEntry'),
      handle(input, context) {
        const cluster = clusterWithEntries(engine, context, input);
        deleteEntry(engine, cluster, requireEntry(engine, cluster, input.principalArn).principalArn);
        return {};
      },
    },
    ListAccessEntries: {
      http: { method: 'GET', uri: '/clusters/{clusterName}/access-entries' },
      authorize: onCluster(engine, 'ListAccessEntries', 'clusterName'),
      handle(input, context) {
        const policy = optionalText(input, 'associatedPolicyArn');
        const entries = currentEntries(engine, clusterWithEntries(engine, context, input)).filter(
          ({ policies }) => policy === undefined || policies.some(({ policyArn }) => policyArn === policy),
        );
        const { items, nextToken } = page(entries, input);
        return { accessEntries: items.map(({ principalArn }) => principalArn), ...(nextToken && { nextToken }) };
      },
    },
  };
}

async function create(engine: EksEngine, input: OperationInput, context: RequestContext) {
  const principalArn = requiredText(input, 'principalArn');
  clusterWithEntries(engine, context, input);
  const type = entryType(input);
  const kubernetesGroups = checkGroups(input, type);
  const username = checkUsername(input, type);
  const tags = tagMap(input);
  const principal = await findPrincipal(engine, principalArn);
  // IAM was asked meanwhile: the cluster and its entries may have changed.
  const cluster = clusterWithEntries(engine, context, input);
  const token = optionalText(input, 'clientRequestToken');
  const existing = currentEntry(engine, cluster, principal.arn);
  if (existing && token !== undefined && existing.clientRequestToken === token)
    return { accessEntry: entryView(cluster, existing) };
  if (existing)
    throw inUse('The specified access entry resource is already in use on this cluster.', {
      clusterName: cluster.name,
    });
  if (currentEntries(engine, cluster).length >= ENTRIES_PER_CLUSTER)
    throw limitExceeded(`The cluster has reached the limit of ${ENTRIES_PER_CLUSTER} access entries.`, {
      clusterName: cluster.name,
    });
  const entry = {
    ...newEntry(engine, cluster, principal, {
      type,
      kubernetesGroups,
      tags,
      policies: [],
      ...(username !== undefined && { username }),
    }),
    ...(token !== undefined && { clientRequestToken: token }),
  };
  putEntry(engine, cluster, entry);
  return { accessEntry: entryView(cluster, entry) };
}

function update(engine: EksEngine, input: OperationInput, context: RequestContext) {
  const cluster = clusterWithEntries(engine, context, input);
  const before = requireEntry(engine, cluster, input.principalArn);
  const username = checkUsername(input, before.type);
  const entry: AccessEntryRecord = {
    ...before,
    ...(username !== undefined && { username }),
    ...(input.kubernetesGroups && { kubernetesGroups: checkGroups(input, before.type) }),
    modifiedAt: engine.cloud.clock.now(),
  };
  putEntry(engine, cluster, entry);
  return { accessEntry: entryView(cluster, entry) };
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html */
function entryConditions(input: OperationInput): Record<string, string | string[]> {
  return {
    ...(typeof input.principalArn === 'string' && { 'eks:principalArn': input.principalArn }),
    ...(Array.isArray(input.kubernetesGroups) && { 'eks:kubernetesGroups': input.kubernetesGroups }),
    ...(typeof input.username === 'string' && { 'eks:username': input.username }),
    ...(typeof input.type === 'string' && { 'eks:accessEntryType': input.type }),
  };
}

function entryView(cluster: ClusterRecord, entry: AccessEntryRecord): Record<string, unknown> {
  return {
    clusterName: cluster.name,
    principalArn: entry.principalArn,
    kubernetesGroups: entry.kubernetesGroups,
    accessEntryArn: entry.arn,
    createdAt: new Date(entry.createdAt),
    modifiedAt: new Date(entry.modifiedAt),
    tags: entry.tags,
    username: entry.username,
    type: entry.type,
  };
}
