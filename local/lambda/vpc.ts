import { ensureDefaults } from '../ec2/default-vpc.ts';
import { type Network, networkOf } from '../ec2/network.ts';
import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, RequestContext } from '../kernel/service.ts';
import type { Settings } from './configuration.ts';
import type { LambdaParts } from './parts.ts';

/** Where a function is. */
export interface FunctionVpc {
  SubnetIds: string[];
  SecurityGroupIds: string[];
  VpcId: string;
}

/**
 * What Lambda checks before it puts a function into a VPC: that the function's role may handle interfaces, and that
 * subnets and groups exist, in one VPC (the latter only where EC2 is part of this run). No interfaces are made: nothing of what
 * a function reaches goes through them here.
 * Throws InvalidParameterValueException. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function checkedVpc(
  parts: LambdaParts,
  { role, vpc }: Pick<Settings, 'role' | 'vpc'>,
  name: string,
  { accountId, region }: RequestContext,
): FunctionVpc | undefined {
  if (!vpc) return undefined;
  if (vpc.SubnetIds.length > 16 || vpc.SecurityGroupIds.length > 5)
    throw refused('A function takes at most 16 subnets and 5 security groups.');
  if (vpc.SecurityGroupIds.length === 0)
    throw refused('The VpcConfig of a function with subnets needs a security group.');
  expectRights(parts, role, name, { accountId, region }, vpc);
  if (!parts.cloud.has('ec2')) return { ...vpc, VpcId: '' };
  const network = networkOf(parts.cloud, { accountId, region });
  ensureDefaults(parts.cloud, network);
  return { ...vpc, VpcId: commonVpc(network, vpc) };
}

function expectRights(
  { cloud }: LambdaParts,
  role: string,
  name: string,
  { accountId, region }: { accountId: string; region: string },
  vpc: Pick<FunctionVpc, 'SubnetIds' | 'SecurityGroupIds'>,
): void {
  const caller = cloud.identity.serviceRole(role, 'lambda.amazonaws.com', name);
  const arn = (path: string) => `arn:aws:ec2:${region}:${accountId}:${path}`;
  const interfaces = arn('network-interface/*');
  const creation = [
    interfaces,
    ...vpc.SubnetIds.map((id) => arn(`subnet/${id}`)),
    ...vpc.SecurityGroupIds.map((id) => arn(`security-group/${id}`)),
  ];
  const checks: [operation: string, resources: string[]][] = [
    ['CreateNetworkInterface', creation],
    ['DescribeNetworkInterfaces', ['*']],
    // "Either specify a unique resource ID, or include all resource IDs": interfaces alone are not enough.
    ['DeleteNetworkInterface', [arn('*/*')]],
  ];
  for (const [operation, resources] of checks) {
    const requests = resources.map((resource): AccessRequest => ({ action: `ec2:${operation}`, resource }));
    try {
      cloud.identity.authorize(caller, requests, { region, service: 'ec2' });
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      throw refused(`The provided execution role does not have permissions to call ${operation} on EC2`, cause);
    }
  }
}

function commonVpc(network: Network, { SubnetIds, SecurityGroupIds }: Omit<FunctionVpc, 'VpcId'>): string {
  const subnets = SubnetIds.map((id) => existing(network, 'subnet', id, 'DescribeSubnets'));
  const groups = SecurityGroupIds.map((id) => existing(network, 'security-group', id, 'DescribeSecurityGroups'));
  const [vpcId = '', ...others] = new Set([...subnets, ...groups].map((place) => place.vpcId));
  if (others.length > 0)
    throw refused(
      `The subnets and security groups of a function are in one VPC; these are in ${[vpcId, ...others].join(', ')}.`,
    );
  return vpcId;
}

function existing<K extends 'subnet' | 'security-group'>(network: Network, kind: K, id: string, operation: string) {
  try {
    return network.existing(kind, id);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw refused(
      `Error occurred while ${operation}. EC2 Error Code: ${cause.code}. EC2 Error Message: ${cause.message}`,
      cause,
    );
  }
}

function refused(message: string, cause?: AwsError): AwsError {
  return new AwsError('InvalidParameterValueException', message, { fields: { Type: 'User' }, ...(cause && { cause }) });
}
