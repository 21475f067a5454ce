import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { describe, type Visibility } from './describe.ts';
import { requiredText, tagsFor } from './input.ts';
import { type Network, newId } from './network.ts';
import { addInterface, releaseInterfaces } from './network-interfaces.ts';
import { ec2Operation } from './operation.ts';
import type { NatGatewayRecord } from './records.ts';

/** How long a gateway takes to come, and to go, in milliseconds; a deleted one is shown for an hour. */
const COMING = 90_000;
const GOING = 60_000;
const SHOWN = 3_600_000;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html */
export function natGatewayOperations(cloud: Cloud, visibility: Visibility): Record<string, Operation> {
  return {
    CreateNatGateway: ec2Operation(cloud, 'CreateNatGateway', {
      creates: 'natgateway',
      on: ['SubnetId'],
      handle(input, network) {
        const tags = tagsFor(input, 'natgateway');
        const gateway = network.transaction(() => create(network, input, cloud.clock.now()));
        network.putTags(gateway.id, tags);
        return { NatGateway: { ...gatewayView(network, gateway), Tags: tags } };
      },
    }),
    DescribeNatGateways: ec2Operation(cloud, 'DescribeNatGateways', {
      handle(input, network) {
        const now = cloud.clock.now();
        for (const { id, deletedAt } of network.list('natgateway')) {
          if (deletedAt !== undefined && now > deletedAt + SHOWN) network.delete('natgateway', id);
        }
        return describe(network, input, visibility, {
          kind: 'natgateway',
          ids: 'NatGatewayIds',
          member: 'NatGateways',
          filters: {
            'nat-gateway-id': ({ id }) => id,
            'vpc-id': ({ vpcId }) => vpcId,
            'subnet-id': ({ subnetId }) => subnetId,
            state: (gateway) => stateOf(gateway, now),
          },
          view: (gateway) => gatewayView(network, gateway),
        });
      },
    }),
    DeleteNatGateway: ec2Operation(cloud, 'DeleteNatGateway', {
      on: ['NatGatewayId'],
      handle(input, network) {
        const gateway = network.existing('natgateway', requiredText(input, 'NatGatewayId'));
        if (gateway.deleteRequestedAt === undefined) {
          const now = cloud.clock.now();
          network.transaction(() => {
            network.put('natgateway', { ...gateway, deleteRequestedAt: now, deletedAt: now + GOING });
            releaseInterfaces(network, [gateway.networkInterfaceId], now + GOING);
          });
        }
        return { NatGatewayId: gateway.id };
      },
    }),
  };
}

function create(network: Network, input: OperationInput, now: number): NatGatewayRecord {
  const subnet = network.existing('subnet', requiredText(input, 'SubnetId'));
  const connectivity = input.ConnectivityType === 'private' ? 'private' : 'public';
  const zone = network
    .list('natgateway')
    .filter(
      ({ subnetId, deletedAt }) => deletedAt === undefined && network.get('subnet', subnetId)?.zone === subnet.zone,
    );
  if (zone.length >= network.quota('L-FE5A380F')) {
    throw new AwsError(
      'NatGatewayLimitExceeded',
      'The limit on the number of NAT gateways per Availability Zone has been reached.',
    );
  }
  const allocationId = connectivity === 'public' ? freeAddress(network, input) : undefined;
  if (connectivity === 'public' && !network.list('internet-gateway').some(({ vpcId }) => vpcId === subnet.vpcId)) {
    throw new AwsError('Gateway.NotAttached', `Network ${subnet.vpcId} has no Internet gateway attached`);
  }
  const id = newId('nat');
  const networkInterface = addInterface(network, subnet, {
    type: 'nat_gateway',
    description: `Interface for NAT Gateway ${id}`,
    groupIds: [],
    ...(allocationId !== undefined && { allocationId }),
  });
  const gateway: NatGatewayRecord = {
    id,
    createdAt: now,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    connectivity,
    networkInterfaceId: networkInterface.id,
    availableAt: now + COMING,
    ...(allocationId !== undefined && { allocationId }),
  };
  network.put('natgateway', gateway);
  return gateway;
}

function freeAddress(network: Network, input: OperationInput): string {
  const { id } = network.existing('elastic-ip', requiredText(input, 'AllocationId'));
  if (network.list('network-interface').some(({ allocationId }) => allocationId === id)) {
    throw new AwsError('InvalidAllocationID.InUse', `elastic-ip ${id} is already associated`);
  }
  return id;
}

function stateOf({ availableAt, deletedAt }: NatGatewayRecord, now: number): string {
  if (deletedAt !== undefined) return now < deletedAt ? 'deleting' : 'deleted';
  return now < availableAt ? 'pending' : 'available';
}

function gatewayView(network: Network, gateway: NatGatewayRecord) {
  const networkInterface = network.get('network-interface', gateway.networkInterfaceId);
  return {
    NatGatewayId: gateway.id,
    VpcId: gateway.vpcId,
    SubnetId: gateway.subnetId,
    State: stateOf(gateway, network.clock.now()),
    ConnectivityType: gateway.connectivity,
    CreateTime: new Date(gateway.createdAt),
    DeleteTime: gateway.deleteRequestedAt === undefined ? undefined : new Date(gateway.deleteRequestedAt),
    NatGatewayAddresses: [
      {
        AllocationId: gateway.allocationId,
        NetworkInterfaceId: gateway.networkInterfaceId,
        PrivateIp: networkInterface?.privateIp,
        PublicIp: gateway.allocationId && network.get('elastic-ip', gateway.allocationId)?.publicIp,
      },
    ],
  };
}
