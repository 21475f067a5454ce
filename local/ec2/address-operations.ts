import { randomInt } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { describe, type Visibility } from './describe.ts';
import { requiredText, tagsFor } from './input.ts';
import { type Network, newId } from './network.ts';
import { ec2Operation } from './operation.ts';
import type { AddressRecord } from './records.ts';

/** Elastic IP addresses. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateAddress.html */
export function addressOperations(cloud: Cloud, visibility: Visibility): Record<string, Operation> {
  return {
    AllocateAddress: ec2Operation(cloud, 'AllocateAddress', {
      creates: 'elastic-ip',
      handle(input, network) {
        const tags = tagsFor(input, 'elastic-ip');
        if (network.list('elastic-ip').length >= network.quota('L-0263D0A3')) {
          throw new AwsError('AddressLimitExceeded', 'The maximum number of addresses has been reached.');
        }
        const publicIp = freeAddress(network);
        const address = { id: newId('eipalloc'), createdAt: cloud.clock.now(), publicIp };
        network.put('elastic-ip', address);
        network.putTags(address.id, tags);
        return {
          AllocationId: address.id,
          PublicIp: publicIp,
          Domain: 'vpc',
          PublicIpv4Pool: 'amazon',
          NetworkBorderGroup: network.scope.region,
        };
      },
    }),
    DescribeAddresses: ec2Operation(cloud, 'DescribeAddresses', {
      handle: (input, network) =>
        describe(network, input, visibility, {
          kind: 'elastic-ip',
          ids: 'AllocationIds',
          member: 'Addresses',
          filters: {
            'allocation-id': ({ id }) => id,
            'public-ip': ({ publicIp }) => publicIp,
            domain: () => 'vpc',
            'network-interface-id': (address) => holderOf(network, address)?.id,
          },
          view: (address) => addressView(network, address),
        }),
    }),
    ReleaseAddress: ec2Operation(cloud, 'ReleaseAddress', {
      on: ['AllocationId'],
      handle(input, network) {
        const address = network.existing('elastic-ip', requiredText(input, 'AllocationId'));
        if (holderOf(network, address)) {
          throw new AwsError('InvalidIPAddress.InUse', `Address ${address.publicIp} is in use.`);
        }
        network.delete('elastic-ip', address.id);
        return undefined;
      },
    }),
  };
}

/** From blocks that are kept for benchmarks (RFC 2544): these addresses reach nobody. */
function freeAddress(network: Network): string {
  for (;;) {
    const address = `198.${randomInt(18, 20)}.${randomInt(256)}.${randomInt(256)}`;
    if (!network.list('elastic-ip').some(({ publicIp }) => publicIp === address)) return address;
  }
}

function holderOf(network: Network, { id }: AddressRecord) {
  return network.list('network-interface').find(({ allocationId }) => allocationId === id);
}

function addressView(network: Network, address: AddressRecord) {
  const holder = holderOf(network, address);
  return {
    AllocationId: address.id,
    PublicIp: address.publicIp,
    Domain: 'vpc',
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: network.scope.region,
    ...(holder && {
      AssociationId: `eipassoc-${holder.id.slice('eni-'.length)}`,
      NetworkInterfaceId: holder.id,
      NetworkInterfaceOwnerId: network.scope.accountId,
      PrivateIpAddress: holder.privateIp,
    }),
  };
}
