import type { Cloud, Operation } from '../kernel/service.ts';
import { describe, type Visibility } from './describe.ts';
import { ec2Operation } from './operation.ts';

/** What VPCs are born with and nobody changes here: network ACLs and DHCP options. */
export function defaultOperations(cloud: Cloud, visibility: Visibility): Record<string, Operation> {
  return {
    DescribeNetworkAcls: ec2Operation(cloud, 'DescribeNetworkAcls', {
      handle: (input, network) =>
        describe(network, input, visibility, {
          kind: 'network-acl',
          ids: 'NetworkAclIds',
          member: 'NetworkAcls',
          filters: { 'network-acl-id': ({ id }) => id, 'vpc-id': ({ vpcId }) => vpcId, default: () => true },
          view: ({ id, vpcId }) => ({
            NetworkAclId: id,
            VpcId: vpcId,
            IsDefault: true,
            OwnerId: network.scope.accountId,
            Associations: network
              .list('subnet')
              .filter((subnet) => subnet.vpcId === vpcId)
              .map((subnet) => ({
                NetworkAclAssociationId: subnet.id.replace('subnet', 'aclassoc'),
                NetworkAclId: id,
                SubnetId: subnet.id,
              })),
            Entries: [true, false].flatMap((Egress) => [
              { RuleNumber: 100, Protocol: '-1', RuleAction: 'allow', Egress, CidrBlock: '0.0.0.0/0' },
              { RuleNumber: 32_767, Protocol: '-1', RuleAction: 'deny', Egress, CidrBlock: '0.0.0.0/0' },
            ]),
          }),
        }),
    }),
    DescribeDhcpOptions: ec2Operation(cloud, 'DescribeDhcpOptions', {
      handle: (input, network) =>
        describe(network, input, visibility, {
          kind: 'dhcp-options',
          ids: 'DhcpOptionsIds',
          member: 'DhcpOptions',
          filters: { 'dhcp-options-id': ({ id }) => id },
          view: ({ id, domainName }) => ({
            DhcpOptionsId: id,
            OwnerId: network.scope.accountId,
            DhcpConfigurations: [
              { Key: 'domain-name', Values: [{ Value: domainName }] },
              { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
            ],
          }),
        }),
    }),
  };
}
