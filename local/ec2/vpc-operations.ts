import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { blockSize, canonical, overlap, parseBlock } from './cidr.ts';
import { createDefaultVpc, createVpc } from './default-vpc.ts';
import { describe, type Visibility } from './describe.ts';
import { invalidValue, isTrue, requiredText, tagsFor } from './input.ts';
import { dependencyViolation, type Network, newId } from './network.ts';
import { ec2Operation } from './operation.ts';
import type { VpcRecord } from './records.ts';

const ATTRIBUTES = { enableDnsSupport: 'dnsSupport', enableDnsHostnames: 'dnsHostnames' } as const;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html */
export function vpcOperations(cloud: Cloud, visibility: Visibility): Record<string, Operation> {
  return {
    CreateVpc: ec2Operation(cloud, 'CreateVpc', {
      creates: 'vpc',
      handle(input, network) {
        const cidr = vpcBlock(requiredText(input, 'CidrBlock'));
        const tags = tagsFor(input, 'vpc');
        assertRoom(network);
        const vpc = network.transaction(() => {
          const made = createVpc(network, { cidr, isDefault: false, createdAt: cloud.clock.now() });
          network.putTags(made.id, tags);
          return made;
        });
        return { Vpc: { ...vpcView(network, vpc), State: 'pending', Tags: tags } };
      },
    }),
    CreateDefaultVpc: ec2Operation(cloud, 'CreateDefaultVpc', {
      creates: 'vpc',
      handle(_input, network) {
        if (network.list('vpc').some(({ isDefault }) => isDefault)) {
          throw new AwsError(
            'DefaultVpcAlreadyExists',
            'A Default VPC already exists for this account in this region.',
          );
        }
        assertRoom(network);
        const vpc = network.transaction(() => createDefaultVpc(network, cloud.clock.now()));
        return { Vpc: { ...vpcView(network, vpc), State: 'pending' } };
      },
    }),
    DescribeVpcs: ec2Operation(cloud, 'DescribeVpcs', {
      handle: (input, network) =>
        describe(network, input, visibility, {
          kind: 'vpc',
          ids: 'VpcIds',
          member: 'Vpcs',
          filters: {
            'vpc-id': ({ id }) => id,
            'is-default': ({ isDefault }) => isDefault,
            isDefault: ({ isDefault }) => isDefault,
            cidr: ({ cidr }) => cidr,
            'cidr-block-association.cidr-block': ({ cidr, moreCidrs }) => [cidr, ...moreCidrs.map((more) => more.cidr)],
            state: () => 'available',
            'owner-id': () => network.scope.accountId,
            'dhcp-options-id': ({ dhcpOptionsId }) => dhcpOptionsId,
          },
          view: (vpc) => vpcView(network, vpc),
        }),
    }),
    DeleteVpc: ec2Operation(cloud, 'DeleteVpc', {
      on: ['VpcId'],
      handle(input, network) {
        const vpc = network.existing('vpc', requiredText(input, 'VpcId'));
        assertEmpty(network, vpc.id);
        network.transaction(() => {
          for (const kind of ['route-table', 'security-group', 'network-acl'] as const) {
            for (const { id, vpcId } of network.list(kind)) if (vpcId === vpc.id) network.delete(kind, id);
          }
          network.delete('vpc', vpc.id);
        });
        return undefined;
      },
    }),
    ModifyVpcAttribute: ec2Operation(cloud, 'ModifyVpcAttribute', {
      on: ['VpcId'],
      handle(input, network) {
        const vpc = network.existing('vpc', requiredText(input, 'VpcId'));
        const changed = {
          ...vpc,
          dnsSupport: input.EnableDnsSupport ? isTrue(input.EnableDnsSupport.Value) : vpc.dnsSupport,
          dnsHostnames: input.EnableDnsHostnames ? isTrue(input.EnableDnsHostnames.Value) : vpc.dnsHostnames,
        };
        if (input.EnableDnsSupport && input.EnableDnsHostnames) {
          throw new AwsError('InvalidParameterCombination', 'Fields for multiple attribute types specified');
        }
        network.put('vpc', changed);
        return undefined;
      },
    }),
    DescribeVpcAttribute: ec2Operation(cloud, 'DescribeVpcAttribute', {
      on: ['VpcId'],
      handle(input, network) {
        const vpc = network.existing('vpc', requiredText(input, 'VpcId'));
        const attribute = requiredText(input, 'Attribute');
        const known = Object.entries(ATTRIBUTES).find(([name]) => name === attribute);
        if (!known) throw invalidValue(`Value (${attribute}) for parameter attribute is invalid. Unknown attribute.`);
        const member = attribute.charAt(0).toUpperCase() + attribute.slice(1);
        return { VpcId: vpc.id, [member]: { Value: vpc[known[1]] } };
      },
    }),
    AssociateVpcCidrBlock: ec2Operation(cloud, 'AssociateVpcCidrBlock', {
      on: ['VpcId'],
      handle(input, network) {
        const vpc = network.existing('vpc', requiredText(input, 'VpcId'));
        const cidr = vpcBlock(requiredText(input, 'CidrBlock'));
        const taken = [vpc.cidr, ...vpc.moreCidrs.map((more) => more.cidr)];
        if (taken.some((other) => overlaps(other, cidr))) {
          throw new AwsError('InvalidVpc.Range', `The CIDR '${cidr}' conflicts with another block of the VPC.`);
        }
        if (taken.length >= 5) {
          throw new AwsError('VpcCidrLimitExceeded', 'This network has already reached its maximum number of CIDRs.');
        }
        const association = { associationId: newId('vpc-cidr-assoc'), cidr };
        network.put('vpc', { ...vpc, moreCidrs: [...vpc.moreCidrs, association] });
        return { VpcId: vpc.id, CidrBlockAssociation: associationView(association, 'associating') };
      },
    }),
  };
}

function assertRoom(network: Network): void {
  if (network.list('vpc').length < network.quota('L-F678F1CE')) return;
  throw new AwsError('VpcLimitExceeded', 'The maximum number of VPCs has been reached.');
}

/** Throws InvalidVpc.Range for what is no block of /16 to /28. */
function vpcBlock(text: string): string {
  const block = parseBlock(text);
  if (!block) throw invalidValue(`Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`);
  if (blockSize(block) > 65_536 || blockSize(block) < 16) {
    throw new AwsError('InvalidVpc.Range', `The CIDR '${text}' is invalid.`);
  }
  return canonical(block);
}

function overlaps(a: string, b: string): boolean {
  const [first, second] = [parseBlock(a), parseBlock(b)];
  return first !== undefined && second !== undefined && overlap(first, second);
}

function assertEmpty(network: Network, id: string): void {
  const inVpc = <T extends { vpcId?: string }>({ vpcId }: T) => vpcId === id;
  const busy =
    network.list('subnet').some(inVpc) ||
    network.list('internet-gateway').some(inVpc) ||
    network.list('network-interface').some(inVpc) ||
    network.list('vpc-endpoint').some((one) => inVpc(one) && one.deletedAt === undefined) ||
    network.list('security-group').some((group) => inVpc(group) && group.name !== 'default') ||
    network.list('route-table').some((table) => inVpc(table) && !table.associations.some(({ main }) => main));
  if (busy) throw dependencyViolation('vpc', id);
}

function associationView({ associationId, cidr }: { associationId: string; cidr: string }, State: string) {
  return { AssociationId: associationId, CidrBlock: cidr, CidrBlockState: { State } };
}

function vpcView(network: Network, vpc: VpcRecord) {
  const blocks = [{ associationId: vpc.cidrAssociationId, cidr: vpc.cidr }, ...vpc.moreCidrs];
  return {
    VpcId: vpc.id,
    State: 'available',
    CidrBlock: vpc.cidr,
    DhcpOptionsId: vpc.dhcpOptionsId,
    InstanceTenancy: 'default',
    CidrBlockAssociationSet: blocks.map((block) => associationView(block, 'associated')),
    IsDefault: vpc.isDefault,
    OwnerId: network.scope.accountId,
  };
}
