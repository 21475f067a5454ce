import { randomBytes, randomUUID } from 'node:crypto';
import { passRole } from '../iam/pass-role.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { onCluster } from './clusters.ts';
import { clusterKey, eksArn, findCluster, ownedBy, ownedKey } from './database.ts';
import type { EksEngine } from './engine.ts';
import { inUse, invalidParameter, invalidRequest, limitExceeded, notFound } from './errors.ts';
import { optionalBoolean, optionalText, page, requiredText, tagMap } from './input.ts';
import type { ClusterRecord, PodIdentityRecord } from './records.ts';
import { requestTagConditions, resourceTagConditions } from './tag-conditions.ts';

/** Per cluster, not adjustable. */
const ASSOCIATIONS_PER_CLUSTER = 5000;

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html and its kin. */
export function podIdentityOperations(engine: EksEngine): Record<string, Operation> {
  const { database } = engine;
  const uri = '/clusters/{clusterName}/pod-identity-associations';
  return {
    CreatePodIdentityAssociation: {
      http: { method: 'POST', uri },
      authorize: (input, context) => [
        ...onCluster(
          engine,
          'CreatePodIdentityAssociation',
          'clusterName',
        )(input, context).map((request) => ({
          ...request,
          conditions: { ...request.conditions, ...requestTagConditions(input.tags) },
        })),
        ...rolesToPass(input),
      ],
      handle: (input, context) => create(engine, input, context),
    },
    DescribePodIdentityAssociation: {
      http: { method: 'GET', uri: `${uri}/{associationId}` },
      authorize: onAssociation(engine, 'DescribePodIdentityAssociation'),
      handle(input, context) {
        const cluster = findCluster(database, context, input.clusterName);
        return { association: view(cluster, requireAssociation(engine, cluster, input.associationId)) };
      },
    },
    ListPodIdentityAssociations: {
      http: { method: 'GET', uri },
      authorize: onCluster(engine, 'ListPodIdentityAssociations', 'clusterName'),
      handle(input, context) {
        const cluster = findCluster(database, context, input.clusterName);
        const namespace = optionalText(input, 'namespace');
        const serviceAccount = optionalText(input, 'serviceAccount');
        const found = ownedBy(database.podIdentities, cluster).filter(
          (one) =>
            (namespace === undefined || one.namespace === namespace) &&
            (serviceAccount === undefined || one.serviceAccount === serviceAccount),
        );
        const { items, nextToken } = page(found, input);
        return { associations: items.map((one) => summary(cluster, one)), ...(nextToken && { nextToken }) };
      },
    },
    UpdatePodIdentityAssociation: {
      http: { method: 'POST', uri: `${uri}/{associationId}` },
      authorize: (input, context) => [
        ...onAssociation(engine, 'UpdatePodIdentityAssociation')(input, context),
        ...rolesToPass(input),
      ],
      handle(input, context) {
        const cluster = findCluster(database, context, input.clusterName);
        const before = requireAssociation(engine, cluster, input.associationId);
        const after = { ...before, ...changes(input, before), modifiedAt: engine.cloud.clock.now() };
        database.podIdentities.put(ownedKey(cluster, before.associationId), after);
        return { association: view(cluster, after) };
      },
    },
    DeletePodIdentityAssociation: {
      http: { method: 'DELETE', uri: `${uri}/{associationId}` },
      authorize: onAssociation(engine, 'DeletePodIdentityAssociation'),
      handle(input, context) {
        const cluster = findCluster(database, context, input.clusterName);
        const association = requireAssociation(engine, cluster, input.associationId);
        database.podIdentities.delete(ownedKey(cluster, association.associationId));
        return { association: view(cluster, association) };
      },
    },
  };
}

function onAssociation(engine: EksEngine, action: string) {
  return (input: OperationInput, context: RequestContext) => {
    const cluster = engine.database.clusters.get(clusterKey(context, String(input.clusterName)));
    const association = cluster && engine.database.podIdentities.get(ownedKey(cluster, String(input.associationId)));
    return [
      {
        action: `eks:${action}`,
        resource: eksArn(context, `podidentityassociation/${input.clusterName}/${input.associationId}`),
        conditions: resourceTagConditions(association?.tags),
      },
    ];
  };
}

function rolesToPass(input: OperationInput) {
  return typeof input.roleArn === 'string' && input.roleArn ? [passRole(input.roleArn, 'pods.eks.amazonaws.com')] : [];
}

function create(engine: EksEngine, input: OperationInput, context: RequestContext) {
  const cluster = findCluster(engine.database, context, input.clusterName);
  const fields = { clusterName: cluster.name };
  if (cluster.status !== 'ACTIVE' && cluster.status !== 'UPDATING')
    throw invalidRequest(`Cluster '${cluster.name}' is not in ACTIVE status`, fields);
  const namespace = requiredText(input, 'namespace');
  const serviceAccount = requiredText(input, 'serviceAccount');
  const existing = ownedBy(engine.database.podIdentities, cluster);
  const token = optionalText(input, 'clientRequestToken');
  const same = existing.find((one) => one.namespace === namespace && one.serviceAccount === serviceAccount);
  if (same && token !== undefined && same.clientRequestToken === token) return { association: view(cluster, same) };
  if (same) throw inUse(`Association already exists: ${same.associationId}`, fields);
  if (existing.length >= ASSOCIATIONS_PER_CLUSTER)
    throw limitExceeded(
      `The cluster has reached the limit of ${ASSOCIATIONS_PER_CLUSTER} pod identity associations.`,
      fields,
    );
  const associationId = `a-${randomBytes(9).toString('hex').slice(0, 17)}`;
  const now = engine.cloud.clock.now();
  const association: PodIdentityRecord = {
    associationId,
    arn: eksArn(cluster, `podidentityassociation/${cluster.name}/${associationId}`),
    namespace,
    serviceAccount,
    roleArn: requiredText(input, 'roleArn'),
    disableSessionTags: false,
    tags: tagMap(input),
    createdAt: now,
    modifiedAt: now,
    ...changes(input, undefined),
    ...(token !== undefined && { clientRequestToken: token }),
  };
  engine.database.podIdentities.put(ownedKey(cluster, associationId), association);
  return { association: view(cluster, association) };
}

/** What the request sets. The external id of a target role is EKS's own: it stands in that role's trust policy. */
function changes(input: OperationInput, before: PodIdentityRecord | undefined): Partial<PodIdentityRecord> {
  const roleArn = optionalText(input, 'roleArn');
  const targetRoleArn = optionalText(input, 'targetRoleArn');
  for (const arn of [roleArn, targetRoleArn])
    if (arn !== undefined && arn !== '' && !/^arn:aws:iam::\d{12}:role\/.+$/.test(arn))
      throw invalidParameter(`Role provided in the request does not have a valid ARN: ${arn}`);
  const disableSessionTags = optionalBoolean(input, 'disableSessionTags');
  const policy = optionalText(input, 'policy');
  if (policy !== undefined && !(disableSessionTags ?? before?.disableSessionTags))
    throw invalidParameter('A policy requires disableSessionTags to be true.');
  return {
    ...(roleArn && { roleArn }),
    ...(targetRoleArn && { targetRoleArn, externalId: before?.externalId ?? randomUUID() }),
    ...(disableSessionTags !== undefined && { disableSessionTags }),
    ...(policy !== undefined && { policy }),
  };
}

function requireAssociation(engine: EksEngine, cluster: ClusterRecord, id: unknown): PodIdentityRecord {
  const association = engine.database.podIdentities.get(ownedKey(cluster, String(id)));
  if (association) return association;
  throw notFound(`Association not found for: ${String(id)}`, { clusterName: cluster.name });
}

function summary(cluster: ClusterRecord, { namespace, serviceAccount, arn, associationId }: PodIdentityRecord) {
  return { clusterName: cluster.name, namespace, serviceAccount, associationArn: arn, associationId };
}

function view(cluster: ClusterRecord, association: PodIdentityRecord): Record<string, unknown> {
  const { arn, clientRequestToken: _, createdAt, modifiedAt, ...rest } = association;
  return {
    ...rest,
    clusterName: cluster.name,
    associationArn: arn,
    createdAt: new Date(createdAt),
    modifiedAt: new Date(modifiedAt),
  };
}
