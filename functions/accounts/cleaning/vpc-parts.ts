import {
  DeleteInternetGatewayCommand,
  DeleteNetworkAclCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  type EC2Client,
  type InternetGateway,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { removeSecurityGroup } from './security-groups.ts';
import { everyPage, type Leftover, orGone } from './sweeper.ts';

/** VPCs, default ones too, and what they are made of, in the order in which AWS lets it go. */
export async function vpcParts(client: EC2Client): Promise<Leftover[]> {
  const kinds = await Promise.all([
    internetGateways(client),
    subnets(client),
    routeTables(client),
    networkAcls(client),
    securityGroups(client),
    vpcs(client),
  ]);
  return kinds.flat();
}

async function internetGateways(client: EC2Client): Promise<Leftover[]> {
  const found = await everyPage(
    (NextToken) => client.send(new DescribeInternetGatewaysCommand({ NextToken })),
    (page) => page.InternetGateways,
    ({ NextToken }) => NextToken,
  );
  return found.map((gateway) => ({
    kind: 'internet gateway',
    name: gateway.InternetGatewayId ?? '',
    remove: () => orGone(removeInternetGateway(client, gateway), 'InvalidInternetGatewayID.NotFound'),
  }));
}

async function removeInternetGateway(client: EC2Client, gateway: InternetGateway): Promise<void> {
  const { InternetGatewayId, Attachments = [] } = gateway;
  for (const { VpcId } of Attachments)
    await orGone(client.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId })), 'Gateway.NotAttached');
  await client.send(new DeleteInternetGatewayCommand({ InternetGatewayId }));
}

async function subnets(client: EC2Client): Promise<Leftover[]> {
  const found = await everyPage(
    (NextToken) => client.send(new DescribeSubnetsCommand({ NextToken })),
    (page) => page.Subnets,
    ({ NextToken }) => NextToken,
  );
  return found.map(({ SubnetId = '' }) => ({
    kind: 'subnet',
    name: SubnetId,
    remove: () => orGone(client.send(new DeleteSubnetCommand({ SubnetId })), 'InvalidSubnetID.NotFound'),
  }));
}

/** The main table of a VPC goes with it. */
async function routeTables(client: EC2Client): Promise<Leftover[]> {
  const found = await everyPage(
    (NextToken) => client.send(new DescribeRouteTablesCommand({ NextToken })),
    (page) => page.RouteTables,
    ({ NextToken }) => NextToken,
  );
  return found
    .filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main))
    .map((table) => ({
      kind: 'route table',
      name: table.RouteTableId ?? '',
      remove: () => orGone(removeRouteTable(client, table), 'InvalidRouteTableID.NotFound'),
    }));
}

async function removeRouteTable(client: EC2Client, { RouteTableId, Associations = [] }: RouteTable): Promise<void> {
  for (const { RouteTableAssociationId: AssociationId } of Associations)
    await orGone(client.send(new DisassociateRouteTableCommand({ AssociationId })), 'InvalidAssociationID.NotFound');
  await client.send(new DeleteRouteTableCommand({ RouteTableId }));
}

/** The default one of a VPC goes with it. */
async function networkAcls(client: EC2Client): Promise<Leftover[]> {
  const found = await everyPage(
    (NextToken) => client.send(new DescribeNetworkAclsCommand({ NextToken })),
    (page) => page.NetworkAcls,
    ({ NextToken }) => NextToken,
  );
  return found
    .filter(({ IsDefault }) => !IsDefault)
    .map(({ NetworkAclId = '' }) => ({
      kind: 'network ACL',
      name: NetworkAclId,
      remove: () => orGone(client.send(new DeleteNetworkAclCommand({ NetworkAclId })), 'InvalidNetworkAclID.NotFound'),
    }));
}

/** The default one of a VPC goes with it. */
async function securityGroups(client: EC2Client): Promise<Leftover[]> {
  const all = await everyPage(
    (NextToken) => client.send(new DescribeSecurityGroupsCommand({ NextToken })),
    (page) => page.SecurityGroups,
    ({ NextToken }) => NextToken,
  );
  return all
    .filter(({ GroupName }) => GroupName !== 'default')
    .map(({ GroupId = '' }) => ({
      kind: 'security group',
      name: GroupId,
      remove: () => orGone(removeSecurityGroup(client, GroupId, all), 'InvalidGroup.NotFound'),
    }));
}

async function vpcs(client: EC2Client): Promise<Leftover[]> {
  const found = await everyPage(
    (NextToken) => client.send(new DescribeVpcsCommand({ NextToken })),
    (page) => page.Vpcs,
    ({ NextToken }) => NextToken,
  );
  return found.map(({ VpcId = '' }) => ({
    kind: 'VPC',
    name: VpcId,
    remove: () => orGone(client.send(new DeleteVpcCommand({ VpcId })), 'InvalidVpcID.NotFound'),
  }));
}
