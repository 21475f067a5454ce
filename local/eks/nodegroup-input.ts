import { ensureDefaults } from '../ec2/default-vpc.ts';
import { networkOf, type Scope } from '../ec2/network.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Identity, OperationInput } from '../kernel/service.ts';
import { invalidParameter } from './errors.ts';
import { optionalText, requiredText, textList } from './input.ts';
import type { ClusterRecord, NodegroupRecord } from './records.ts';

/** What a request says of a new node group, with EKS's defaults for the rest. */
export type NodegroupConfiguration = Pick<
  NodegroupRecord,
  'nodegroupName' | 'version' | 'capacityType' | 'scalingConfig' | 'instanceTypes' | 'subnets' | 'amiType' | 'diskSize'
> &
  Pick<NodegroupRecord, 'labels' | 'taints' | 'updateConfig' | 'nodeRole'>;

/** Nodes per managed node group, as every account has it. https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html */
const MOST_NODES = 450;

/** What nodes would be made or kept by, if there were any. */
const NOT_HERE = ['launchTemplate', 'remoteAccess', 'releaseVersion', 'nodeRepairConfig', 'warmPoolConfig'];

/**
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html. Throws InvalidParameterException, also for a member that is
 * missing here, by its name.
 */
export function nodegroupConfiguration(input: OperationInput, cluster: ClusterRecord): NodegroupConfiguration {
  const missing = NOT_HERE.find((member) => (input[member] ?? undefined) !== undefined);
  if (missing !== undefined) throw invalidParameter(`The local EKS has no ${missing} of a node group.`);
  const subnets = textList(input, 'subnets');
  if (subnets.length === 0) throw invalidParameter("subnets can't be null or empty.");
  const instanceTypes = textList(input, 'instanceTypes');
  if (instanceTypes.length > 20) throw invalidParameter('A node group can have at most 20 instance types.');
  const capacityType = optionalText(input, 'capacityType') ?? 'ON_DEMAND';
  if (!['ON_DEMAND', 'SPOT', 'CAPACITY_BLOCK'].includes(capacityType))
    throw invalidParameter(`Unsupported capacityType: ${capacityType}.`);
  return {
    nodegroupName: nodegroupName(input),
    version: version(input, cluster),
    capacityType,
    scalingConfig: scalingConfig(input.scalingConfig),
    instanceTypes: instanceTypes.length > 0 ? instanceTypes : ['t3.medium'],
    subnets,
    amiType: optionalText(input, 'amiType') ?? 'AL2023_x86_64_STANDARD',
    diskSize: wholeNumber(input, 'diskSize', 20),
    labels: labels(input.labels),
    taints: Array.isArray(input.taints) ? input.taints : [],
    updateConfig: input.updateConfig ?? { maxUnavailable: 1 },
    nodeRole: requiredText(input, 'nodeRole'),
  };
}

/** The role of the nodes has to exist and to trust EC2. Throws InvalidParameterException with AWS's text. */
export function checkNodeRole(identity: Pick<Identity, 'serviceRole'>, nodeRole: string): void {
  try {
    identity.serviceRole(nodeRole, 'ec2.amazonaws.com', 'eks-create-nodegroup');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole ${nodeRole}`,
    );
  }
}

/** Where EC2 is part of this run, the subnets exist in it. Throws InvalidParameterException. */
export function checkSubnets(cloud: Cloud, { accountId, region }: Scope, subnets: readonly string[]): void {
  if (!cloud.has('ec2')) return;
  const network = networkOf(cloud, { accountId, region });
  ensureDefaults(cloud, network);
  try {
    for (const id of subnets) network.existing('subnet', id);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(error.message);
  }
}

function nodegroupName(input: OperationInput): string {
  const name = requiredText(input, 'nodegroupName');
  if (/^[0-9A-Za-z][A-Za-z0-9\-_]{0,62}$/.test(name)) return name;
  throw invalidParameter(
    `The node group name ${name} is invalid. It starts with a letter or digit, goes on with letters, digits, hyphens and underscores, and has at most 63 characters.`,
    { nodegroupName: name },
  );
}

function version(input: OperationInput, cluster: ClusterRecord): string {
  const wanted = optionalText(input, 'version') ?? cluster.version;
  if (wanted !== cluster.version)
    throw invalidParameter(
      `The version ${wanted} of a new node group has to be that of its cluster, ${cluster.version}`,
    );
  return wanted;
}

function scalingConfig(given: OperationInput): NodegroupRecord['scalingConfig'] {
  const minSize = wholeNumber(given, 'minSize', 1);
  const maxSize = wholeNumber(given, 'maxSize', 2);
  const desiredSize = wholeNumber(given, 'desiredSize', 2);
  if (minSize > desiredSize) throw invalidParameter("minSize can't be greater than desiredSize");
  if (desiredSize > maxSize) throw invalidParameter("desiredSize can't be greater than maxSize");
  if (maxSize < 1) throw invalidParameter('maxSize must be at least 1.');
  if (maxSize > MOST_NODES) throw invalidParameter(`maxSize can be at most ${MOST_NODES}.`);
  return { minSize, maxSize, desiredSize };
}

function labels(given: OperationInput): Record<string, string> {
  const entries = Object.entries(given ?? {});
  if (entries.some(([, value]) => typeof value !== 'string'))
    throw invalidParameter('labels must be a map of strings.');
  return Object.fromEntries(entries) as Record<string, string>;
}

function wholeNumber(input: OperationInput, member: string, usual: number): number {
  const value = input?.[member] ?? usual;
  if (!Number.isInteger(value) || value < 0) throw invalidParameter(`${member} must be a whole number of 0 or more.`);
  return value;
}
