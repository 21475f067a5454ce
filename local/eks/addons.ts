import { randomUUID } from 'node:crypto';
import { passRole } from '../iam/pass-role.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { ADDONS, type CatalogueAddon } from './addon-catalogue.ts';
import { KUBERNETES_VERSIONS } from './cluster-input.ts';
import { updateView } from './cluster-view.ts';
import { onCluster } from './clusters.ts';
import { clusterKey, eksArn, findCluster, ownedBy, ownedKey } from './database.ts';
import type { EksEngine } from './engine.ts';
import { inUse, invalidParameter, invalidRequest, notFound } from './errors.ts';
import { optionalText, page, requiredText, tagMap } from './input.ts';
import type { AddonRecord, ClusterRecord, UpdateRecord } from './records.ts';
import { requestTagConditions, resourceTagConditions } from './tag-conditions.ts';

/** Says what the engine's jobs do to add-ons. */
export function addonJobs(engine: EksEngine): void {
  engine.jobs.on('addon-settled', (key) => {
    const { addons } = engine.database;
    const addon = addons.get(key);
    if (addon?.status === 'DELETING') addons.delete(key);
    else if (addon) addons.put(key, { ...addon, status: 'ACTIVE' });
  });
}

/** Add-ons have states and answers; what they would install into a cluster without nodes is left out. */
export function addonOperations(engine: EksEngine): Record<string, Operation> {
  const { database } = engine;
  return {
    CreateAddon: {
      http: { method: 'POST', uri: '/clusters/{clusterName}/addons' },
      authorize: (input, context) => [
        ...onCluster(
          engine,
          'CreateAddon',
          'clusterName',
        )(input, context).map((request) => ({
          ...request,
          conditions: { ...request.conditions, ...requestTagConditions(input.tags) },
        })),
        ...rolesToPass(input),
      ],
      handle: (input, context) => create(engine, input, context),
    },
    DescribeAddon: {
      http: { method: 'GET', uri: '/clusters/{clusterName}/addons/{addonName}' },
      authorize: onAddon(engine, 'DescribeAddon'),
      handle(input, context) {
        const cluster = findCluster(database, context, input.clusterName);
        return { addon: addonView(cluster, requireAddon(engine, cluster, input.addonName)) };
      },
    },
    ListAddons: {
      http: { method: 'GET', uri: '/clusters/{clusterName}/addons' },
      authorize: onCluster(engine, 'ListAddons', 'clusterName'),
      handle(input, context) {
        const addons = ownedBy(database.addons, findCluster(database, context, input.clusterName));
        const { items, nextToken } = page(addons, input);
        return { addons: items.map(({ addonName }) => addonName), ...(nextToken && { nextToken }) };
      },
    },
    UpdateAddon: {
      http: { method: 'POST', uri: '/clusters/{clusterName}/addons/{addonName}/update' },
      authorize: (input, context) => [...onAddon(engine, 'UpdateAddon')(input, context), ...rolesToPass(input)],
      handle: (input, context) => update(engine, input, context),
    },
    DeleteAddon: {
      http: { method: 'DELETE', uri: '/clusters/{clusterName}/addons/{addonName}' },
      authorize: onAddon(engine, 'DeleteAddon'),
      handle(input, context) {
        const cluster = findCluster(database, context, input.clusterName);
        const addon: AddonRecord = { ...settled(requireAddon(engine, cluster, input.addonName)), status: 'DELETING' };
        put(engine, cluster, addon, engine.durations.deleteAddon);
        return { addon: addonView(cluster, addon) };
      },
    },
    DescribeAddonVersions: {
      http: { method: 'GET', uri: '/addons/supported-versions' },
      handle(input) {
        const name = optionalText(input, 'addonName');
        const { items, nextToken } = page(
          ADDONS.filter(({ addonName }) => name === undefined || addonName === name),
          input,
        );
        return { addons: items.map((addon) => versionsView(addon)), ...(nextToken && { nextToken }) };
      },
    },
  };
}

function onAddon(engine: EksEngine, action: string) {
  return (input: OperationInput, context: RequestContext) => {
    const cluster = engine.database.clusters.get(clusterKey(context, String(input.clusterName)));
    const addon = cluster && engine.database.addons.get(ownedKey(cluster, String(input.addonName)));
    return [
      {
        action: `eks:${action}`,
        resource: addon?.arn ?? eksArn(context, `addon/${input.clusterName}/${input.addonName}/*`),
        conditions: resourceTagConditions(addon?.tags),
      },
    ];
  };
}

function rolesToPass(input: OperationInput) {
  const role = input.serviceAccountRoleArn;
  return typeof role === 'string' && role ? [passRole(role, 'eks.amazonaws.com')] : [];
}

function create(engine: EksEngine, input: OperationInput, context: RequestContext) {
  const cluster = findCluster(engine.database, context, input.clusterName);
  const fields = { clusterName: cluster.name, addonName: input.addonName };
  const addonName = requiredText(input, 'addonName');
  const token = optionalText(input, 'clientRequestToken');
  const existing = engine.database.addons.get(ownedKey(cluster, addonName));
  if (existing && token !== undefined && existing.clientRequestToken === token)
    return { addon: addonView(cluster, existing) };
  if (existing) throw inUse('Addon already exists.', fields);
  if (cluster.status !== 'ACTIVE') throw invalidRequest(`Cluster '${cluster.name}' is not in ACTIVE status`, fields);
  const known = ADDONS.find((candidate) => candidate.addonName === addonName);
  if (!known) throw invalidParameter(`Addon ${addonName} specified is not supported`, fields);
  const now = engine.cloud.clock.now();
  const role = optionalText(input, 'serviceAccountRoleArn');
  const values = optionalText(input, 'configurationValues');
  const addon: AddonRecord = {
    addonName,
    arn: eksArn(cluster, `addon/${cluster.name}/${addonName}/${randomUUID()}`),
    status: 'CREATING',
    addonVersion: supportedVersion(known, input),
    ...(role !== undefined && { serviceAccountRoleArn: role }),
    ...(values !== undefined && { configurationValues: values }),
    podIdentityAssociations: [],
    tags: tagMap(input),
    createdAt: now,
    modifiedAt: now,
    ...(token !== undefined && { clientRequestToken: token }),
  };
  put(engine, cluster, addon, engine.durations.createAddon);
  return { addon: addonView(cluster, addon) };
}

function update(engine: EksEngine, input: OperationInput, context: RequestContext) {
  const cluster = findCluster(engine.database, context, input.clusterName);
  const before = settled(requireAddon(engine, cluster, input.addonName));
  const known = ADDONS.find(({ addonName }) => addonName === before.addonName);
  const role = optionalText(input, 'serviceAccountRoleArn');
  const values = optionalText(input, 'configurationValues');
  const now = engine.cloud.clock.now();
  const addonVersion = known ? supportedVersion(known, input) : before.addonVersion;
  put(
    engine,
    cluster,
    {
      ...before,
      status: 'UPDATING',
      addonVersion,
      ...(role !== undefined && { serviceAccountRoleArn: role }),
      ...(values !== undefined && { configurationValues: values }),
      modifiedAt: now,
    },
    engine.durations.createAddon,
  );
  const shown: Pick<UpdateRecord, 'id' | 'type' | 'params'> = {
    id: randomUUID(),
    type: 'AddonUpdate',
    params: [{ type: 'AddonVersion', value: addonVersion }],
  };
  return { update: updateView({ ...shown, status: 'InProgress', createdAt: now, errors: [], result: {} }) };
}

function put(engine: EksEngine, cluster: ClusterRecord, addon: AddonRecord, delay: number): void {
  const key = ownedKey(cluster, addon.addonName);
  engine.cloud.store.transaction(() => {
    engine.database.addons.put(key, addon);
    engine.jobs.schedule('addon-settled', key, delay);
  });
}

function requireAddon(engine: EksEngine, cluster: ClusterRecord, name: unknown): AddonRecord {
  const addon = engine.database.addons.get(ownedKey(cluster, String(name)));
  if (addon) return addon;
  throw notFound(`No addon: ${String(name)} found in cluster: ${cluster.name}`, {
    clusterName: cluster.name,
    addonName: name,
  });
}

function settled(addon: AddonRecord): AddonRecord {
  if (addon.status !== 'ACTIVE')
    throw inUse(`Addon ${addon.addonName} cannot be changed as it is currently in ${addon.status} state`, {
      addonName: addon.addonName,
    });
  return addon;
}

function supportedVersion(known: CatalogueAddon, input: OperationInput): string {
  const version = optionalText(input, 'addonVersion') ?? known.addonVersion;
  if (version !== known.addonVersion)
    throw invalidParameter('Addon version specified is not supported', { addonName: known.addonName });
  return version;
}

function addonView(cluster: ClusterRecord, addon: AddonRecord): Record<string, unknown> {
  const { arn, clientRequestToken: _, createdAt, modifiedAt, ...rest } = addon;
  return {
    ...rest,
    clusterName: cluster.name,
    addonArn: arn,
    health: { issues: [] },
    createdAt: new Date(createdAt),
    modifiedAt: new Date(modifiedAt),
  };
}

function versionsView({ addonName, type, addonVersion, requiresIamPermissions, defaultNamespace }: CatalogueAddon) {
  return {
    addonName,
    type,
    publisher: 'eks',
    owner: 'aws',
    defaultNamespace,
    addonVersions: [
      {
        addonVersion,
        architecture: ['amd64', 'arm64'],
        computeTypes: ['ec2', 'hybrid', 'auto'],
        compatibilities: KUBERNETES_VERSIONS.map((clusterVersion) => ({
          clusterVersion,
          platformVersions: ['*'],
          defaultVersion: true,
        })),
        requiresConfiguration: false,
        requiresIamPermissions,
      },
    ],
  };
}
