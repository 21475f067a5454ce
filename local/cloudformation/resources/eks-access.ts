import { adoptExisting, ifExists } from '../handler-errors.ts';
import {
  jsonText,
  type Properties,
  pick,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  sameJson,
  tagMap,
} from '../resource-provider.ts';
import { lowerKeys } from './stepfunctions-state-machine.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eks-accessentry.html */
export const eksAccessEntry: ResourceProvider = {
  type: 'AWS::EKS::AccessEntry',
  properties: ['AccessPolicies', 'ClusterName', 'KubernetesGroups', 'PrincipalArn', 'Tags', 'Type', 'Username'],
  required: ['ClusterName', 'PrincipalArn'],
  replaceOn: ['ClusterName', 'PrincipalArn', 'Type'],
  seconds: { create: 3, update: 3, delete: 2 },
  async create(request) {
    const key = keyOf(request.properties);
    const { KubernetesGroups, Username, Type } = request.properties;
    const input = {
      ...key,
      kubernetesGroups: KubernetesGroups,
      username: Username,
      type: Type,
      ...tagged(request),
      clientRequestToken: request.token,
    };
    await adoptExisting(request, () => request.call('eks', 'CreateAccessEntry', input));
    request.initiated(`${key.principalArn}|${key.clusterName}`);
    await associate(request, [], request.properties.AccessPolicies ?? []);
    return accessState(request);
  },
  async update(request, existing) {
    const { KubernetesGroups, Username } = request.properties;
    await request.call('eks', 'UpdateAccessEntry', {
      ...keyOf(request.properties),
      kubernetesGroups: KubernetesGroups ?? [],
      username: Username,
    });
    await associate(request, existing.properties.AccessPolicies ?? [], request.properties.AccessPolicies ?? []);
    return accessState(request);
  },
  async delete(request, existing) {
    await ifExists(() => request.call('eks', 'DeleteAccessEntry', keyOf(existing.properties)));
  },
};

function keyOf(properties: Properties): { clusterName: string; principalArn: string } {
  return { clusterName: properties.ClusterName, principalArn: properties.PrincipalArn };
}

async function associate(request: ResourceRequest, before: Properties[], after: Properties[]): Promise<void> {
  const key = keyOf(request.properties);
  for (const { PolicyArn } of before) {
    if (after.some((policy) => policy.PolicyArn === PolicyArn)) continue;
    await ifExists(() => request.call('eks', 'DisassociateAccessPolicy', { ...key, policyArn: PolicyArn }));
  }
  for (const { PolicyArn, AccessScope } of after) {
    await request.call('eks', 'AssociateAccessPolicy', {
      ...key,
      policyArn: PolicyArn,
      accessScope: lowerKeys(AccessScope),
    });
  }
}

async function accessState(request: ResourceRequest): Promise<ResourceState> {
  const key = keyOf(request.properties);
  const { accessEntry } = await request.call('eks', 'DescribeAccessEntry', key);
  return {
    physicalId: `${key.principalArn}|${key.clusterName}`,
    attributes: { AccessEntryArn: accessEntry.accessEntryArn },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eks-podidentityassociation.html */
export const eksPodIdentityAssociation: ResourceProvider = {
  type: 'AWS::EKS::PodIdentityAssociation',
  properties: ['ClusterName', 'DisableSessionTags', 'Namespace', 'RoleArn', 'ServiceAccount', 'Tags', 'TargetRoleArn'],
  required: ['ClusterName', 'Namespace', 'RoleArn', 'ServiceAccount'],
  replaceOn: ['ClusterName', 'Namespace', 'ServiceAccount'],
  seconds: { create: 3, update: 3, delete: 2 },
  async create(request) {
    const { properties } = request;
    const members = lowerKeys(
      pick(properties, [
        'ClusterName',
        'DisableSessionTags',
        'Namespace',
        'RoleArn',
        'ServiceAccount',
        'TargetRoleArn',
      ]),
    ) as Properties;
    const input = { ...members, ...tagged(request), clientRequestToken: request.token };
    const made = await adoptExisting(request, () => request.call('eks', 'CreatePodIdentityAssociation', input));
    const association = made?.association ?? (await findAssociation(request, members));
    return associationState(association);
  },
  async update(request, existing) {
    const { ClusterName, RoleArn, TargetRoleArn, DisableSessionTags } = request.properties;
    const { association } = await request.call('eks', 'UpdatePodIdentityAssociation', {
      clusterName: ClusterName,
      associationId: existing.attributes?.AssociationId,
      roleArn: RoleArn,
      targetRoleArn: TargetRoleArn,
      disableSessionTags: DisableSessionTags,
    });
    return associationState(association);
  },
  async delete(request, existing) {
    // An unfinished one is known by its ARN only, whose last part is the id.
    const associationId = existing.attributes?.AssociationId ?? existing.physicalId.split('/').at(-1);
    const clusterName = existing.properties.ClusterName;
    await ifExists(() => request.call('eks', 'DeletePodIdentityAssociation', { clusterName, associationId }));
  },
};

async function findAssociation(request: ResourceRequest, members: Properties): Promise<Properties> {
  const { clusterName, namespace, serviceAccount } = members;
  const { associations } = await request.call('eks', 'ListPodIdentityAssociations', {
    clusterName,
    namespace,
    serviceAccount,
  });
  return associations[0];
}

function associationState(association: Properties): ResourceState {
  const { associationArn, associationId } = association;
  return { physicalId: associationArn, attributes: { AssociationArn: associationArn, AssociationId: associationId } };
}

const ADDON = [
  'AddonName',
  'AddonVersion',
  'ClusterName',
  'ConfigurationValues',
  'PodIdentityAssociations',
  'ResolveConflicts',
  'ServiceAccountRoleArn',
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eks-addon.html */
export const eksAddon: ResourceProvider = {
  type: 'AWS::EKS::Addon',
  properties: [...ADDON, 'PreserveOnDelete', 'Tags'],
  required: ['AddonName', 'ClusterName'],
  replaceOn: ['AddonName', 'ClusterName'],
  seconds: { create: 0, update: 0, delete: 0 },
  async create(request) {
    const input = { ...addonOf(request.properties), ...tagged(request), clientRequestToken: request.token };
    await adoptExisting(request, () => request.call('eks', 'CreateAddon', input));
    request.initiated(`${request.properties.ClusterName}|${request.properties.AddonName}`);
    return addonReady(request);
  },
  async update(request, existing) {
    if (!sameJson(addonOf(existing.properties), addonOf(request.properties))) {
      await request.call('eks', 'UpdateAddon', { ...addonOf(request.properties), clientRequestToken: request.token });
    }
    return addonReady(request);
  },
  async delete(request, existing) {
    const key = addonKey(existing.properties);
    const preserve = String(existing.properties.PreserveOnDelete ?? false) === 'true';
    await ifExists(() => request.call('eks', 'DeleteAddon', { ...key, preserve }));
    await request.waitUntil(
      async () => (await ifExists(() => request.call('eks', 'DescribeAddon', key))) === undefined,
      10,
      1200,
    );
  },
};

function addonKey(properties: Properties): { clusterName: string; addonName: string } {
  return { clusterName: properties.ClusterName, addonName: properties.AddonName };
}

function addonOf(properties: Properties): Properties {
  const { ConfigurationValues } = properties;
  return {
    ...(lowerKeys(pick(properties, ADDON)) as Properties),
    ...(ConfigurationValues !== undefined && { configurationValues: jsonText(ConfigurationValues) }),
  };
}

async function addonReady(request: ResourceRequest): Promise<ResourceState> {
  const key = addonKey(request.properties);
  let arn = '';
  const ready = async () => {
    const { addon } = await request.call('eks', 'DescribeAddon', key);
    arn = addon.addonArn;
    if (/FAILED$/.test(addon.status)) throw new Error(`Addon ${key.addonName} is ${addon.status}`);
    return addon.status === 'ACTIVE' || addon.status === 'DEGRADED';
  };
  await request.waitUntil(ready, 10, 1200);
  return { physicalId: `${key.clusterName}|${key.addonName}`, attributes: { Arn: arn } };
}

function tagged(request: ResourceRequest): Properties {
  return request.tags.length > 0 ? { tags: tagMap(request.tags) } : {};
}
