import {
  booleanOf,
  type Properties,
  pick,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
} from '../resource-provider.ts';
import { deleteWhenFree, described, madeBefore, retag, tagged } from './ec2-resource.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html */
export const ec2Vpc: ResourceProvider = {
  type: 'AWS::EC2::VPC',
  properties: ['CidrBlock', 'EnableDnsHostnames', 'EnableDnsSupport', 'Tags'],
  required: ['CidrBlock'],
  replaceOn: ['CidrBlock'],
  seconds: { create: 12, update: 5, delete: 2 },
  async create(request) {
    const { CidrBlock } = request.properties;
    const made =
      (await madeBefore(request, 'DescribeVpcs', 'Vpcs', { cidr: CidrBlock })) ??
      (await request.call('ec2', 'CreateVpc', { CidrBlock, ...tagged(request, 'vpc') })).Vpc;
    request.initiated(made.VpcId);
    await setDns(request, made.VpcId);
    return vpcState(request, made.VpcId);
  },
  async update(request, existing) {
    await setDns(request, existing.physicalId);
    await retag(request, existing, existing.physicalId);
    return vpcState(request, existing.physicalId);
  },
  async delete(request, { physicalId: VpcId }) {
    await deleteWhenFree(request, () => request.call('ec2', 'DeleteVpc', { VpcId }));
  },
};

/** One attribute can be changed at a time. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html */
async function setDns(request: ResourceRequest, VpcId: string): Promise<void> {
  const { properties } = request;
  const set = (member: string, Value: boolean) =>
    request.call('ec2', 'ModifyVpcAttribute', { VpcId, [member]: { Value } });
  await set('EnableDnsSupport', booleanOf(properties.EnableDnsSupport) ?? true);
  await set('EnableDnsHostnames', booleanOf(properties.EnableDnsHostnames) ?? false);
}

async function vpcState(request: ResourceRequest, VpcId: string): Promise<ResourceState> {
  const vpc = await described(
    request,
    'DescribeVpcs',
    'Vpcs',
    { VpcIds: [VpcId] },
    ({ State }) => State === 'available',
  );
  const inVpc = [{ Name: 'vpc-id', Values: [VpcId] }];
  const group = await described(request, 'DescribeSecurityGroups', 'SecurityGroups', {
    Filters: [...inVpc, { Name: 'group-name', Values: ['default'] }],
  });
  const acl = await described(request, 'DescribeNetworkAcls', 'NetworkAcls', {
    Filters: [...inVpc, { Name: 'default', Values: ['true'] }],
  });
  return {
    physicalId: VpcId,
    attributes: {
      VpcId,
      CidrBlock: vpc.CidrBlock,
      CidrBlockAssociations: vpc.CidrBlockAssociationSet.map(({ AssociationId }: Properties) => AssociationId),
      DefaultNetworkAcl: acl.NetworkAclId,
      DefaultSecurityGroup: group.GroupId,
      Ipv6CidrBlocks: [],
    },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnet.html */
export const ec2Subnet: ResourceProvider = {
  type: 'AWS::EC2::Subnet',
  properties: ['AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'MapPublicIpOnLaunch', 'Tags', 'VpcId'],
  required: ['VpcId'],
  replaceOn: ['AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'VpcId'],
  seconds: { create: 4, update: 3, delete: 2 },
  async create(request) {
    const input = pick(request.properties, ['AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'VpcId']);
    const made =
      (await madeBefore(request, 'DescribeSubnets', 'Subnets', {
        'vpc-id': input.VpcId,
        'cidr-block': input.CidrBlock,
      })) ?? (await request.call('ec2', 'CreateSubnet', { ...input, ...tagged(request, 'subnet') })).Subnet;
    request.initiated(made.SubnetId);
    if (request.properties.MapPublicIpOnLaunch !== undefined) await setPublicIp(request, made.SubnetId);
    return subnetState(request, made.SubnetId);
  },
  async update(request, existing) {
    await setPublicIp(request, existing.physicalId);
    await retag(request, existing, existing.physicalId);
    return subnetState(request, existing.physicalId);
  },
  async delete(request, { physicalId: SubnetId }) {
    await deleteWhenFree(request, () => request.call('ec2', 'DeleteSubnet', { SubnetId }));
  },
};

function setPublicIp(request: ResourceRequest, SubnetId: string): Promise<unknown> {
  const Value = booleanOf(request.properties.MapPublicIpOnLaunch) ?? false;
  return request.call('ec2', 'ModifySubnetAttribute', { SubnetId, MapPublicIpOnLaunch: { Value } });
}

async function subnetState(request: ResourceRequest, SubnetId: string): Promise<ResourceState> {
  const subnet = await described(request, 'DescribeSubnets', 'Subnets', { SubnetIds: [SubnetId] });
  const attributes = pick(subnet, ['AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'SubnetId', 'VpcId']);
  return { physicalId: SubnetId, attributes: { ...attributes, Ipv6CidrBlocks: [] } };
}
