import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { blockSize, dotted, parseBlock } from './cidr.ts';
import { describe, type Visibility } from './describe.ts';
import { type Network, newId } from './network.ts';
import { ec2Operation } from './operation.ts';
import type { NetworkInterfaceRecord, SubnetRecord } from './records.ts';

/** The interface of another service in a subnet. Throws InsufficientFreeAddressesInSubnet. */
export function addInterface(
  network: Network,
  subnet: SubnetRecord,
  rest: Pick<NetworkInterfaceRecord, 'type' | 'description' | 'groupIds' | 'allocationId'>,
): NetworkInterfaceRecord {
  const made: NetworkInterfaceRecord = {
    ...rest,
    id: newId('eni'),
    createdAt: network.clock.now(),
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    zone: subnet.zone,
    privateIp: freeAddress(network, subnet),
  };
  network.put('network-interface', made);
  return made;
}

/** Interfaces that go at a time (milliseconds); until then they hold their subnet. */
export function releaseInterfaces(network: Network, ids: readonly string[], goneAt: number): void {
  for (const id of ids) {
    const found = network.get('network-interface', id);
    if (found) network.put('network-interface', { ...found, goneAt });
  }
}

/** The first four addresses and the last are EC2's own. */
function freeAddress(network: Network, subnet: SubnetRecord): string {
  const block = parseBlock(subnet.cidr);
  const taken = new Set(
    network.list('network-interface').flatMap((one) => (one.subnetId === subnet.id ? one.privateIp : [])),
  );
  for (let offset = 4; block && offset < blockSize(block) - 1; offset++) {
    const address = dotted(block.start + offset);
    if (!taken.has(address)) return address;
  }
  throw new AwsError(
    'InsufficientFreeAddressesInSubnet',
    `The specified subnet ${subnet.id} does not have enough free addresses.`,
  );
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
export function networkInterfaceOperations(cloud: Cloud, visibility: Visibility): Record<string, Operation> {
  return {
    DescribeNetworkInterfaces: ec2Operation(cloud, 'DescribeNetworkInterfaces', {
      handle: (input, network) =>
        describe(network, input, visibility, {
          kind: 'network-interface',
          ids: 'NetworkInterfaceIds',
          member: 'NetworkInterfaces',
          filters: {
            'network-interface-id': ({ id }) => id,
            'vpc-id': ({ vpcId }) => vpcId,
            'subnet-id': ({ subnetId }) => subnetId,
            'availability-zone': ({ zone }) => zone,
            'group-id': ({ groupIds }) => groupIds,
            description: ({ description }) => description,
            'interface-type': ({ type }) => type,
            status: () => 'in-use',
          },
          view: (one) => interfaceView(network, one),
        }),
    }),
  };
}

function interfaceView(network: Network, one: NetworkInterfaceRecord) {
  const groupName = (id: string) => network.get('security-group', id)?.name;
  return {
    NetworkInterfaceId: one.id,
    VpcId: one.vpcId,
    SubnetId: one.subnetId,
    AvailabilityZone: one.zone,
    OwnerId: network.scope.accountId,
    InterfaceType: one.type,
    Description: one.description,
    Status: 'in-use',
    RequesterManaged: true,
    PrivateIpAddress: one.privateIp,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: one.privateIp }],
    Groups: one.groupIds.map((id) => ({ GroupId: id, GroupName: groupName(id) })),
    Association: one.allocationId && {
      AllocationId: one.allocationId,
      PublicIp: network.get('elastic-ip', one.allocationId)?.publicIp,
    },
  };
}
