import {
  DeleteInternetGatewayCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeRegionsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
} from '@aws-sdk/client-ec2';
import { CatalogueError } from '../../../tenancy/errors.ts';
import type { AccountClients } from '../account-clients.ts';

type Ec2 = ReturnType<AccountClients['ec2']>;

/** Codes by which EC2 says that something is gone: what it described a moment ago can be. */
const GONE = new Set([
  'InvalidVpcID.NotFound',
  'InvalidSubnetID.NotFound',
  'InvalidInternetGatewayID.NotFound',
  'Gateway.NotAttached',
]);

/**
 * Removes the default VPC of every enabled region, with its subnets and its way to the internet: whatever is started without a
 * network must not get one that nobody planned. Throws `StillCreating` while something in a VPC is still going.
 * https://docs.aws.amazon.com/vpc/latest/userguide/work-with-default-vpc.html
 */
export async function removeDefaultNetworks(clients: AccountClients, homeRegion: string): Promise<void> {
  const { Regions = [] } = await clients.ec2(homeRegion).send(new DescribeRegionsCommand({}));
  for (const { RegionName } of Regions) if (RegionName) await removeDefaultNetwork(clients.ec2(RegionName), RegionName);
}

async function removeDefaultNetwork(ec2: Ec2, region: string): Promise<void> {
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  );
  for (const { VpcId } of Vpcs) {
    if (!VpcId) continue;
    await removeInternetGateways(ec2, VpcId);
    await removeSubnets(ec2, VpcId);
    await gone(ec2.send(new DeleteVpcCommand({ VpcId })), `the default VPC ${VpcId} in ${region}`);
  }
}

async function removeInternetGateways(ec2: Ec2, VpcId: string): Promise<void> {
  const { InternetGateways = [] } = await ec2.send(
    new DescribeInternetGatewaysCommand({ Filters: [{ Name: 'attachment.vpc-id', Values: [VpcId] }] }),
  );
  for (const { InternetGatewayId } of InternetGateways) {
    const name = `the internet gateway ${InternetGatewayId}`;
    await gone(ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId })), name);
    await gone(ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId })), name);
  }
}

async function removeSubnets(ec2: Ec2, VpcId: string): Promise<void> {
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
  );
  for (const { SubnetId } of Subnets)
    await gone(ec2.send(new DeleteSubnetCommand({ SubnetId })), `the subnet ${SubnetId}`);
}

async function gone(removal: Promise<unknown>, what: string): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (GONE.has(error.name)) return;
    if (error.name === 'DependencyViolation')
      throw new CatalogueError('StillCreating', `The account is being prepared: ${what} is still in use.`);
    throw error;
  }
}
