import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { blockSize, canonical, contains, overlap, parseBlock } from './cidr.ts';
import { describe, type Visibility } from './describe.ts';
import { invalidValue, isTrue, requiredText, tagsFor } from './input.ts';
import { dependencyViolation, type Network, newId } from './network.ts';
import { ec2Operation } from './operation.ts';
import type { SubnetRecord, VpcRecord } from './records.ts';
import { type Zone, zonesOf } from './zones.ts';

/** EC2 keeps the first four addresses of a subnet and the last. */
const RESERVED = 5;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html */
export function subnetOperations(cloud: Cloud, visibility: Visibility): Record<string, Operation> {
  return {
    CreateSubnet: ec2Operation(cloud, 'CreateSubnet', {
      creates: 'subnet',
      on: ['VpcId'],
      handle(input, network) {
        const vpc = network.existing('vpc', requiredText(input, 'VpcId'));
        const tags = tagsFor(input, 'subnet');
        const subnet: SubnetRecord = {
          id: newId('subnet'),
          createdAt: cloud.clock.now(),
          vpcId: vpc.id,
          cidr: subnetBlock(network, vpc, requiredText(input, 'CidrBlock')),
          zone: zoneOf(network.scope.region, input).name,
          isDefault: false,
          mapPublicIp: false,
        };
        if (network.list('subnet').filter(({ vpcId }) => vpcId === vpc.id).length >= network.quota('L-407747CB')) {
          throw new AwsError('SubnetLimitExceeded', 'The maximum number of subnets has been reached.');
        }
        network.put('subnet', subnet);
        network.putTags(subnet.id, tags);
        return { Subnet: { ...subnetView(network, subnet), Tags: tags } };
      },
    }),
    DescribeSubnets: ec2Operation(cloud, 'DescribeSubnets', {
      handle: (input, network) =>
        describe(network, input, visibility, {
          kind: 'subnet',
          ids: 'SubnetIds',
          member: 'Subnets',
          filters: {
            'subnet-id': ({ id }) => id,
            'vpc-id': ({ vpcId }) => vpcId,
            'availability-zone': ({ zone }) => zone,
            availabilityZone: ({ zone }) => zone,
            'cidr-block': ({ cidr }) => cidr,
            'default-for-az': ({ isDefault }) => isDefault,
            'map-public-ip-on-launch': ({ mapPublicIp }) => mapPublicIp,
            state: () => 'available',
          },
          view: (subnet) => subnetView(network, subnet),
        }),
    }),
    ModifySubnetAttribute: ec2Operation(cloud, 'ModifySubnetAttribute', {
      on: ['SubnetId'],
      handle(input, network) {
        const subnet = network.existing('subnet', requiredText(input, 'SubnetId'));
        const { MapPublicIpOnLaunch: map } = input;
        network.put('subnet', { ...subnet, mapPublicIp: map ? isTrue(map.Value) : subnet.mapPublicIp });
        return undefined;
      },
    }),
    DeleteSubnet: ec2Operation(cloud, 'DeleteSubnet', {
      on: ['SubnetId'],
      handle(input, network) {
        const { id } = network.existing('subnet', requiredText(input, 'SubnetId'));
        if (network.list('network-interface').some(({ subnetId }) => subnetId === id)) {
          throw dependencyViolation('subnet', id);
        }
        network.transaction(() => {
          for (const table of network.list('route-table')) {
            const associations = table.associations.filter(({ subnetId }) => subnetId !== id);
            if (associations.length < table.associations.length) network.put('route-table', { ...table, associations });
          }
          network.delete('subnet', id);
        });
        return undefined;
      },
    }),
  };
}

/** Throws InvalidSubnet.Range, InvalidSubnet.Conflict. */
function subnetBlock(network: Network, vpc: VpcRecord, text: string): string {
  const block = parseBlock(text);
  if (!block) throw invalidValue(`Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`);
  const blocks = [vpc.cidr, ...vpc.moreCidrs.map(({ cidr }) => cidr)].flatMap((cidr) => parseBlock(cidr) ?? []);
  if (blockSize(block) < 16 || !blocks.some((outer) => contains(outer, block))) {
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${text}' is invalid.`);
  }
  const siblings = network.list('subnet').filter(({ vpcId }) => vpcId === vpc.id);
  for (const { cidr } of siblings) {
    const other = parseBlock(cidr);
    if (other && overlap(other, block)) {
      throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${text}' conflicts with another subnet`);
    }
  }
  return canonical(block);
}

function zoneOf(region: string, input: { AvailabilityZone?: unknown; AvailabilityZoneId?: unknown }): Zone {
  const zones = zonesOf(region);
  const asked = input.AvailabilityZone ?? input.AvailabilityZoneId ?? zones[0]?.name;
  const zone = zones.find(({ name, id }) => name === asked || id === asked);
  if (zone) return zone;
  const names = zones.map(({ name }) => name).join(', ');
  throw invalidValue(
    `Value (${String(asked)}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${names}.`,
  );
}

function subnetView(network: Network, subnet: SubnetRecord) {
  const { accountId, region } = network.scope;
  const block = parseBlock(subnet.cidr);
  const used = network.list('network-interface').filter(({ subnetId }) => subnetId === subnet.id).length;
  return {
    SubnetId: subnet.id,
    SubnetArn: `arn:aws:ec2:${region}:${accountId}:subnet/${subnet.id}`,
    State: 'available',
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidr,
    AvailableIpAddressCount: (block ? blockSize(block) : RESERVED) - RESERVED - used,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zonesOf(region).find(({ name }) => name === subnet.zone)?.id,
    DefaultForAz: subnet.isDefault,
    MapPublicIpOnLaunch: subnet.mapPublicIp,
    AssignIpv6AddressOnCreation: false,
    OwnerId: accountId,
  };
}
