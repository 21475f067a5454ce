import type { Kind } from './records.ts';

interface KindFacts {
  readonly prefix: string;
  /** The error of an id that is not there, and what it is called there. */
  readonly notFound: string;
  readonly called: string;
  /** The filter of DescribeTags and the error of a malformed id. */
  readonly malformed: string;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
export const KIND_FACTS: Readonly<Record<Kind, KindFacts>> = {
  vpc: facts('vpc', 'InvalidVpcID.NotFound', 'vpc ID', 'InvalidVpcID.Malformed'),
  subnet: facts('subnet', 'InvalidSubnetID.NotFound', 'subnet ID', 'InvalidSubnetID.Malformed'),
  'internet-gateway': facts(
    'igw',
    'InvalidInternetGatewayID.NotFound',
    'internetGateway ID',
    'InvalidInternetGatewayId.Malformed',
  ),
  'route-table': facts('rtb', 'InvalidRouteTableID.NotFound', 'routeTable ID', 'InvalidRouteTableId.Malformed'),
  'security-group': facts('sg', 'InvalidGroup.NotFound', 'security group', 'InvalidGroupId.Malformed'),
  natgateway: facts('nat', 'NatGatewayNotFound', 'NatGateway', 'NatGatewayMalformed'),
  'vpc-endpoint': facts('vpce', 'InvalidVpcEndpointId.NotFound', 'Vpc Endpoint Id', 'InvalidVpcEndpointId.Malformed'),
  'elastic-ip': facts('eipalloc', 'InvalidAllocationID.NotFound', 'allocation ID', 'InvalidAllocationID.NotFound'),
  'network-interface': facts(
    'eni',
    'InvalidNetworkInterfaceID.NotFound',
    'networkInterface ID',
    'InvalidNetworkInterfaceId.Malformed',
  ),
  'network-acl': facts('acl', 'InvalidNetworkAclID.NotFound', 'networkAcl ID', 'InvalidNetworkAclId.Malformed'),
  'dhcp-options': facts('dopt', 'InvalidDhcpOptionID.NotFound', 'dhcpOption ID', 'InvalidDhcpOptionsId.Malformed'),
};

function facts(prefix: string, notFound: string, called: string, malformed: string): KindFacts {
  return { prefix, notFound, called, malformed };
}

/** The kind of an id ("vpc-0a1b…"), by its prefix. */
export function kindOf(id: string): Kind | undefined {
  const prefix = id.slice(0, id.lastIndexOf('-'));
  const found = Object.entries(KIND_FACTS).find(([, fact]) => fact.prefix === prefix);
  return found?.[0] as Kind | undefined;
}
