import { createHash } from 'node:crypto';
import type { OperationInput } from '../kernel/service.ts';
import { invalidParameter } from './errors.ts';
import { optionalBoolean, optionalText, requiredText, textList } from './input.ts';
import type { AuthenticationMode, ClusterConfiguration } from './records.ts';

/**
 * Versions that a cluster can be created with. The real control plane behind each is the one that `kube/` builds, whatever the
 * cluster's version says. https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
export const KUBERNETES_VERSIONS: readonly string[] = ['1.32', '1.33', '1.34', '1.35'];
export const DEFAULT_VERSION = '1.35';

const MODES: readonly AuthenticationMode[] = ['API', 'API_AND_CONFIG_MAP', 'CONFIG_MAP'];
const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/** Throws InvalidParameterException for a name that EKS refuses. */
export function clusterName(input: OperationInput): string {
  const name = requiredText(input, 'name');
  if (!/^[0-9A-Za-z][A-Za-z0-9\-_]{0,99}$/.test(name))
    throw invalidParameter(
      `The cluster name ${name} is invalid. It can contain only alphanumeric characters (case-sensitive), hyphens, and underscores, must start with an alphanumeric character and can't be longer than 100 characters.`,
      { clusterName: name },
    );
  return name;
}

export function authenticationMode(value: unknown): AuthenticationMode | undefined {
  if (value === undefined || value === null) return undefined;
  const mode = MODES.find((known) => known === value);
  if (!mode) throw invalidParameter(`Unsupported authentication mode: ${String(value)}.`);
  return mode;
}

export function supportType(upgradePolicy: OperationInput): 'STANDARD' | 'EXTENDED' | undefined {
  const type = optionalText(upgradePolicy ?? {}, 'supportType');
  if (type === undefined || type === 'STANDARD' || type === 'EXTENDED') return type;
  throw invalidParameter(`Unsupported supportType: ${type}.`);
}

/** The configuration of a new cluster. Throws InvalidParameterException. */
export function newConfiguration(input: OperationInput): ClusterConfiguration {
  const vpc = input.resourcesVpcConfig;
  if (!vpc) throw invalidParameter("resourcesVpcConfig can't be null or empty.");
  const subnetIds = textList(vpc, 'subnetIds');
  if (new Set(subnetIds).size < 2) throw invalidParameter('Subnets specified must be in at least two different AZs');
  const fingerprint = createHash('sha256').update(subnetIds.join()).digest('hex');
  return {
    resourcesVpcConfig: {
      subnetIds,
      securityGroupIds: textList(vpc, 'securityGroupIds'),
      // Without EC2 in this run nobody says which VPC the subnets are in.
      vpcId: `vpc-${fingerprint.slice(0, 17)}`,
      clusterSecurityGroupId: `sg-${createHash('sha256').update(String(input.name)).digest('hex').slice(0, 17)}`,
      ...endpointAccess(vpc, {
        endpointPublicAccess: true,
        endpointPrivateAccess: false,
        publicAccessCidrs: ['0.0.0.0/0'],
      }),
    },
    kubernetesNetworkConfig: {
      serviceIpv4Cidr: serviceCidr(input.kubernetesNetworkConfig),
      ipFamily: optionalText(input.kubernetesNetworkConfig ?? {}, 'ipFamily') ?? 'ipv4',
      elasticLoadBalancing: { enabled: enabled(input.kubernetesNetworkConfig?.elasticLoadBalancing) },
    },
    logging: logging(input.logging),
    encryptionConfig: Array.isArray(input.encryptionConfig) ? input.encryptionConfig : [],
    ...autoMode(input),
    zonalShiftConfig: { enabled: enabled(input.zonalShiftConfig) },
    controlPlaneScalingConfig: { tier: optionalText(input.controlPlaneScalingConfig ?? {}, 'tier') ?? 'standard' },
  };
}

type EndpointAccess = Pick<
  ClusterConfiguration['resourcesVpcConfig'],
  'endpointPublicAccess' | 'endpointPrivateAccess' | 'publicAccessCidrs'
>;

/** The access to the endpoint after a change. Throws InvalidParameterException if nobody could reach it. */
export function endpointAccess(vpc: OperationInput, before: EndpointAccess): EndpointAccess {
  const endpointPublicAccess = optionalBoolean(vpc, 'endpointPublicAccess') ?? before.endpointPublicAccess;
  const endpointPrivateAccess = optionalBoolean(vpc, 'endpointPrivateAccess') ?? before.endpointPrivateAccess;
  const publicAccessCidrs = vpc.publicAccessCidrs ? textList(vpc, 'publicAccessCidrs') : before.publicAccessCidrs;
  if (!endpointPublicAccess && !endpointPrivateAccess)
    throw invalidParameter('Private and public endpoint access cannot be false');
  const bad = publicAccessCidrs.find((cidr) => !/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(cidr));
  if (bad !== undefined) throw invalidParameter(`The following CIDRs are invalid in publicAccessCidrs: [${bad}]`);
  if (publicAccessCidrs.length > 40) throw invalidParameter('publicAccessCidrs can have at most 40 CIDRs.');
  return { endpointPublicAccess, endpointPrivateAccess, publicAccessCidrs };
}

/** All five types of log, enabled or not. Throws InvalidParameterException for an unknown one. */
export function logging(input: OperationInput): ClusterConfiguration['logging'] {
  const setups: OperationInput[] = input?.clusterLogging ?? [];
  const unknown = setups.flatMap((setup) => textList(setup, 'types')).find((type) => !LOG_TYPES.includes(type));
  if (unknown !== undefined) throw invalidParameter(`Invalid log type: ${unknown}.`);
  const on = new Set<string>();
  // Later ones override earlier ones, so that a change can be laid over what is.
  for (const setup of setups)
    for (const type of textList(setup, 'types')) setup.enabled ? on.add(type) : on.delete(type);
  const groups = [true, false].map((enabledOnes) => ({
    types: LOG_TYPES.filter((type) => on.has(type) === enabledOnes),
    enabled: enabledOnes,
  }));
  return { clusterLogging: groups.filter(({ types }) => types.length > 0) };
}

/** Auto Mode is on or off as a whole. https://docs.aws.amazon.com/eks/latest/userguide/automode.html */
function autoMode(input: OperationInput): Pick<ClusterConfiguration, 'computeConfig' | 'storageConfig'> {
  const compute = enabled(input.computeConfig);
  const storage = enabled(input.storageConfig?.blockStorage);
  const balancing = enabled(input.kubernetesNetworkConfig?.elasticLoadBalancing);
  if (compute !== storage || compute !== balancing)
    throw invalidParameter(
      'For EKS Auto Mode, please ensure that all required configs, including computeConfig, kubernetesNetworkConfig, and blockStorage are all either fully enabled or fully disabled.',
    );
  const mode = authenticationMode(input.accessConfig?.authenticationMode) ?? 'CONFIG_MAP';
  if (compute && mode === 'CONFIG_MAP')
    throw invalidParameter('EKS Auto Mode requires an authentication mode of API or API_AND_CONFIG_MAP.');
  const nodeRoleArn = optionalText(input.computeConfig ?? {}, 'nodeRoleArn');
  return {
    computeConfig: {
      enabled: compute,
      nodePools: textList(input.computeConfig, 'nodePools'),
      ...(nodeRoleArn && { nodeRoleArn }),
    },
    storageConfig: { blockStorage: { enabled: storage } },
  };
}

function enabled(value: OperationInput): boolean {
  return optionalBoolean(value, 'enabled') ?? false;
}

function serviceCidr(network: OperationInput): string {
  const cidr = optionalText(network ?? {}, 'serviceIpv4Cidr') ?? '172.20.0.0/16';
  const [, first, second, size] = cidr.match(/^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}\/(\d{1,2})$/) ?? [];
  const isPrivate =
    first === '10' ||
    (first === '172' && Number(second) >= 16 && Number(second) <= 31) ||
    (first === '192' && second === '168');
  if (!isPrivate || Number(size) < 12 || Number(size) > 24)
    throw invalidParameter(
      `serviceIpv4Cidr ${cidr} is invalid. It must be within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 and between /24 and /12.`,
    );
  return cidr;
}
