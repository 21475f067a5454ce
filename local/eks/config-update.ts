import type { OperationInput } from '../kernel/service.ts';
import { authenticationMode, endpointAccess, logging, supportType } from './cluster-input.ts';
import type { UpdatePlan } from './cluster-updates.ts';
import { invalidParameter } from './errors.ts';
import { optionalBoolean, textList } from './input.ts';
import type { ClusterRecord } from './records.ts';

type Planner = (cluster: ClusterRecord, input: OperationInput) => UpdatePlan;

/** By member of the request. */
const PLANNERS: Record<string, Planner> = {
  resourcesVpcConfig: vpcUpdate,
  logging: loggingUpdate,
  accessConfig: accessUpdate,
  upgradePolicy: upgradePolicyUpdate,
  deletionProtection: deletionProtectionUpdate,
};

const NOT_HERE = [
  'zonalShiftConfig',
  'computeConfig',
  'kubernetesNetworkConfig',
  'storageConfig',
  'remoteNetworkConfig',
  'controlPlaneScalingConfig',
  'kubeApiServerConfig',
  'kubeSchedulerConfig',
  'kubeControllerManagerConfig',
];

/**
 * The one change of an UpdateClusterConfig. Throws InvalidParameterException for none, for two, and for one that changes nothing.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html
 */
export function configUpdate(cluster: ClusterRecord, input: OperationInput): UpdatePlan {
  const asked = [...Object.keys(PLANNERS), ...NOT_HERE].filter((member) => (input[member] ?? undefined) !== undefined);
  const fields = { clusterName: cluster.name };
  if (asked.length > 1) throw invalidParameter('Only one type of update can be allowed.', fields);
  const [member] = asked;
  if (member === undefined) throw invalidParameter('No configuration to update was given.', fields);
  const planner = PLANNERS[member];
  if (!planner) throw invalidParameter(`The local EKS cannot update ${member}.`, fields);
  return planner(cluster, input);
}

function vpcUpdate(cluster: ClusterRecord, { resourcesVpcConfig: vpc }: OperationInput): UpdatePlan {
  const before = cluster.configuration.resourcesVpcConfig;
  const access = endpointAccess(vpc, before);
  const subnetIds = vpc.subnetIds ? textList(vpc, 'subnetIds') : before.subnetIds;
  const securityGroupIds = vpc.securityGroupIds ? textList(vpc, 'securityGroupIds') : before.securityGroupIds;
  const after = { ...before, ...access, subnetIds, securityGroupIds };
  if (JSON.stringify(after) === JSON.stringify(before))
    throw invalidParameter('Cluster is already at the desired configuration with the given resourcesVpcConfig', {
      clusterName: cluster.name,
    });
  const changesSubnets = vpc.subnetIds || vpc.securityGroupIds;
  return {
    type: changesSubnets ? 'VpcConfigUpdate' : 'EndpointAccessUpdate',
    params: changesSubnets
      ? [
          { type: 'SubnetIds', value: JSON.stringify(subnetIds) },
          { type: 'SecurityGroups', value: JSON.stringify(securityGroupIds) },
        ]
      : [
          { type: 'EndpointPublicAccess', value: String(access.endpointPublicAccess) },
          { type: 'EndpointPrivateAccess', value: String(access.endpointPrivateAccess) },
          { type: 'PublicAccessCidrs', value: JSON.stringify(access.publicAccessCidrs) },
        ],
    result: { configuration: { ...cluster.configuration, resourcesVpcConfig: after } },
  };
}

/** Types that the request does not name stay as they are. */
function loggingUpdate(cluster: ClusterRecord, input: OperationInput): UpdatePlan {
  const before = cluster.configuration.logging;
  const after = logging({ clusterLogging: [...before.clusterLogging, ...(input.logging.clusterLogging ?? [])] });
  if (JSON.stringify(after) === JSON.stringify(before))
    throw invalidParameter('No changes needed for the logging config provided', { clusterName: cluster.name });
  return {
    type: 'LoggingUpdate',
    params: [{ type: 'ClusterLogging', value: JSON.stringify(after) }],
    result: { configuration: { ...cluster.configuration, logging: after } },
  };
}

/** The authentication mode can be moved towards API only. */
function accessUpdate(cluster: ClusterRecord, { accessConfig }: OperationInput): UpdatePlan {
  const order = ['CONFIG_MAP', 'API_AND_CONFIG_MAP', 'API'];
  const mode = authenticationMode(accessConfig.authenticationMode) ?? cluster.authenticationMode;
  const fields = { clusterName: cluster.name };
  if (mode === cluster.authenticationMode)
    throw invalidParameter(`Cluster is already at the desired authentication mode ${mode}`, fields);
  if (order.indexOf(mode) < order.indexOf(cluster.authenticationMode))
    throw invalidParameter(
      `Unsupported authentication mode update from ${cluster.authenticationMode} to ${mode}`,
      fields,
    );
  return {
    type: 'AccessConfigUpdate',
    params: [{ type: 'AuthenticationMode', value: mode }],
    result: { authenticationMode: mode },
  };
}

function upgradePolicyUpdate(cluster: ClusterRecord, { upgradePolicy }: OperationInput): UpdatePlan {
  const type = supportType(upgradePolicy) ?? cluster.supportType;
  if (type === cluster.supportType)
    throw invalidParameter(`Cluster is already at the desired support type ${type}`, { clusterName: cluster.name });
  return {
    type: 'UpgradePolicyUpdate',
    params: [{ type: 'UpgradePolicy', value: JSON.stringify({ supportType: type }) }],
    result: { supportType: type },
  };
}

function deletionProtectionUpdate(cluster: ClusterRecord, input: OperationInput): UpdatePlan {
  const wanted = optionalBoolean(input, 'deletionProtection') ?? cluster.deletionProtection;
  if (wanted === cluster.deletionProtection)
    throw invalidParameter(`Cluster already has deletion protection ${wanted ? 'enabled' : 'disabled'}`, {
      clusterName: cluster.name,
    });
  return {
    type: 'DeletionProtectionUpdate',
    params: [{ type: 'DeletionProtection', value: String(wanted) }],
    result: { deletionProtection: wanted },
  };
}
