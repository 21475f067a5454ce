import {
  DeleteNatGatewayCommand,
  DeleteNetworkInterfaceCommand,
  DeleteVpcEndpointsCommand,
  DescribeAddressesCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  type NetworkInterface,
  ReleaseAddressCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { everyPage, type Leftover, orGone, type Sweeper } from './sweeper.ts';
import { vpcParts } from './vpc-parts.ts';

/**
 * Networks and what lives in them, from the inside out. Every instance, load balancer, database and cluster has a network interface, so
 * that also what no sweeper knows is found by it, named by AWS's description of the interface.
 * https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
 */
export const ec2Sweeper: Sweeper = {
  service: 'ec2',
  async list(options) {
    const client = new EC2Client(options);
    const kinds = await Promise.all([
      interfaces(client),
      natGateways(client),
      endpoints(client),
      addresses(client),
      vpcParts(client),
    ]);
    return kinds.flat();
  },
};

/** Network interfaces, and the instances that hold some of them. */
export async function interfaces(client: Pick<EC2Client, 'send'>): Promise<Leftover[]> {
  const found = await everyPage(
    (NextToken) => client.send(new DescribeNetworkInterfacesCommand({ NextToken })),
    ({ NetworkInterfaces }) => NetworkInterfaces,
    ({ NextToken }) => NextToken,
  );
  const instances = new Set(found.flatMap(({ Attachment }) => Attachment?.InstanceId ?? []));
  return [
    ...[...instances].map((id) => ({
      kind: 'instance',
      name: id,
      remove: () =>
        orGone(client.send(new TerminateInstancesCommand({ InstanceIds: [id] })), 'InvalidInstanceID.NotFound'),
    })),
    ...found.filter(({ Attachment }) => !Attachment?.InstanceId).map((one) => interfaceLeftover(client, one)),
  ];
}

function interfaceLeftover(client: Pick<EC2Client, 'send'>, one: NetworkInterface): Leftover {
  const NetworkInterfaceId = one.NetworkInterfaceId ?? '';
  const found = { kind: 'network interface', name: NetworkInterfaceId };
  if (one.RequesterManaged || one.Status === 'in-use')
    return { ...found, keptBy: `belongs to ${one.Description || one.InterfaceType || 'another service'}` };
  const remove = () =>
    orGone(
      client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
      'InvalidNetworkInterfaceID.NotFound',
    );
  return { ...found, remove };
}

async function natGateways(client: EC2Client): Promise<Leftover[]> {
  const found = await everyPage(
    (NextToken) => client.send(new DescribeNatGatewaysCommand({ NextToken })),
    (page) => page.NatGateways,
    ({ NextToken }) => NextToken,
  );
  // Deleted ones are shown for about an hour.
  return found
    .filter(({ State }) => State !== 'deleted')
    .map(({ NatGatewayId = '', State }) => ({
      kind: 'NAT gateway',
      name: NatGatewayId,
      going: State === 'deleting',
      remove: () => orGone(client.send(new DeleteNatGatewayCommand({ NatGatewayId })), 'NatGatewayNotFound'),
    }));
}

async function endpoints(client: EC2Client): Promise<Leftover[]> {
  const found = await everyPage(
    (NextToken) => client.send(new DescribeVpcEndpointsCommand({ NextToken })),
    ({ VpcEndpoints }) => VpcEndpoints,
    ({ NextToken }) => NextToken,
  );
  return found
    .filter(({ State }) => String(State).toLowerCase() !== 'deleted')
    .map(({ VpcEndpointId = '', State }) => ({
      kind: 'VPC endpoint',
      name: VpcEndpointId,
      going: String(State).toLowerCase() === 'deleting',
      async remove() {
        const answer = await client.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpointId] }));
        const [failed] = answer.Unsuccessful ?? [];
        if (failed && failed.Error?.Code !== 'InvalidVpcEndpointId.NotFound')
          throw new Error(`${failed.Error?.Code}: ${failed.Error?.Message}`);
      },
    }));
}

async function addresses(client: EC2Client): Promise<Leftover[]> {
  const { Addresses = [] } = await client.send(new DescribeAddressesCommand({}));
  return Addresses.map(({ AllocationId = '', PublicIp = '' }) => ({
    kind: 'address',
    name: `${AllocationId} ${PublicIp}`,
    remove: () => orGone(client.send(new ReleaseAddressCommand({ AllocationId })), 'InvalidAllocationID.NotFound'),
  }));
}
