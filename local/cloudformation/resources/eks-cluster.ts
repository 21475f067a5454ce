import { adoptExisting, ifExists } from '../handler-errors.ts';
import {
  booleanOf,
  type Properties,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  sameJson,
  tagMap,
} from '../resource-provider.ts';
import { lowerKeys } from './stepfunctions-state-machine.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eks-cluster.html */
export const eksCluster: ResourceProvider = {
  type: 'AWS::EKS::Cluster',
  properties: [
    'AccessConfig',
    'BootstrapSelfManagedAddons',
    'ComputeConfig',
    'DeletionProtection',
    'EncryptionConfig',
    'KubernetesNetworkConfig',
    'Logging',
    'Name',
    'ResourcesVpcConfig',
    'RoleArn',
    'StorageConfig',
    'Tags',
    'UpgradePolicy',
    'Version',
    'ZonalShiftConfig',
  ],
  required: ['ResourcesVpcConfig', 'RoleArn'],
  replaceOn: ['BootstrapSelfManagedAddons', 'EncryptionConfig', 'Name', 'RoleArn'],
  name: { property: 'Name', maximum: 100 },
  // The service itself takes its minutes.
  seconds: { create: 0, update: 0, delete: 0 },
  async create(request) {
    const { name, properties } = request;
    const create = () =>
      request.call('eks', 'CreateCluster', {
        name,
        ...clusterOf(properties),
        ...(request.tags.length > 0 && { tags: tagMap(request.tags) }),
        clientRequestToken: request.token,
      });
    await adoptExisting(request, create);
    request.initiated(name);
    await request.waitUntil(() => active(request, name), 30, 3600);
    return describeCluster(request, name);
  },
  async update(request, existing) {
    const name = existing.physicalId;
    const before = clusterOf(existing.properties);
    const after = clusterOf(request.properties);
    if (before.version !== after.version) {
      await request.call('eks', 'UpdateClusterVersion', {
        name,
        version: after.version,
        clientRequestToken: request.token,
      });
      await request.waitUntil(() => active(request, name), 30, 3600);
    }
    // The API takes one of these in each call.
    for (const member of [
      'resourcesVpcConfig',
      'logging',
      'accessConfig',
      'upgradePolicy',
      'zonalShiftConfig',
      'deletionProtection',
    ]) {
      if (sameJson(before[member], after[member]) || after[member] === undefined) continue;
      await request.call('eks', 'UpdateClusterConfig', { name, [member]: after[member] });
      await request.waitUntil(() => active(request, name), 15, 3600);
    }
    return describeCluster(request, name);
  },
  async delete(request, existing) {
    const name = existing.physicalId;
    const cluster = async () => (await ifExists(() => request.call('eks', 'DescribeCluster', { name })))?.cluster;
    // EKS refuses to delete a cluster that it still makes or changes.
    await request.waitUntil(async () => !/^(CREATING|UPDATING|PENDING)$/.test((await cluster())?.status), 30, 3600);
    await ifExists(() => request.call('eks', 'DeleteCluster', { name }));
    await request.waitUntil(async () => (await cluster()) === undefined, 30, 3600);
  },
};

function clusterOf(properties: Properties): Properties {
  const { Name, Tags, Version, BootstrapSelfManagedAddons, DeletionProtection, Logging, ...rest } = properties;
  return {
    ...(lowerKeys(rest) as Properties),
    ...(Version !== undefined && { version: String(Version) }),
    ...(BootstrapSelfManagedAddons !== undefined && {
      bootstrapSelfManagedAddons: booleanOf(BootstrapSelfManagedAddons),
    }),
    ...(DeletionProtection !== undefined && { deletionProtection: booleanOf(DeletionProtection) }),
    ...(Logging !== undefined && { logging: loggingOf(Logging) }),
  };
}

/** The template lists the types that are on as objects; the API as names. */
function loggingOf(logging: Properties): Properties {
  const types = (logging.ClusterLogging?.EnabledTypes ?? []).map((item: Properties) => item.Type);
  return { clusterLogging: [{ types, enabled: true }] };
}

async function active(request: ResourceRequest, name: string): Promise<boolean> {
  const { cluster } = await request.call('eks', 'DescribeCluster', { name });
  if (cluster.status === 'FAILED')
    throw new Error(`Cluster ${name} failed: ${JSON.stringify(cluster.health?.issues ?? [])}`);
  return cluster.status === 'ACTIVE';
}

async function describeCluster(request: ResourceRequest, name: string): Promise<ResourceState> {
  const { cluster } = await request.call('eks', 'DescribeCluster', { name });
  const attributes: Properties = {
    Arn: cluster.arn,
    Endpoint: cluster.endpoint,
    CertificateAuthorityData: cluster.certificateAuthority?.data,
    ClusterSecurityGroupId: cluster.resourcesVpcConfig?.clusterSecurityGroupId,
    OpenIdConnectIssuerUrl: cluster.identity?.oidc?.issuer,
    Id: cluster.id ?? name,
  };
  return { physicalId: name, attributes };
}
