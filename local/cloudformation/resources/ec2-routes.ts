import { AwsError } from '../../kernel/errors.ts';
import { type Properties, pick, type ResourceProvider, type ResourceRequest } from '../resource-provider.ts';
import { deleteWhenFree, described, ifPresent, madeBefore, retag, tagged } from './ec2-resource.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-routetable.html */
export const ec2RouteTable: ResourceProvider = {
  type: 'AWS::EC2::RouteTable',
  properties: ['Tags', 'VpcId'],
  required: ['VpcId'],
  replaceOn: ['VpcId'],
  seconds: { create: 10, update: 3, delete: 2 },
  async create(request) {
    const { VpcId } = request.properties;
    const made =
      (await madeBefore(request, 'DescribeRouteTables', 'RouteTables', { 'vpc-id': VpcId })) ??
      (await request.call('ec2', 'CreateRouteTable', { VpcId, ...tagged(request, 'route-table') })).RouteTable;
    const { RouteTableId } = made;
    request.initiated(RouteTableId);
    await described(request, 'DescribeRouteTables', 'RouteTables', { RouteTableIds: [RouteTableId] });
    return { physicalId: RouteTableId, attributes: { RouteTableId } };
  },
  async update(request, existing) {
    await retag(request, existing, existing.physicalId);
    return existing;
  },
  async delete(request, { physicalId: RouteTableId }) {
    await deleteWhenFree(request, () => request.call('ec2', 'DeleteRouteTable', { RouteTableId }));
  },
};

const DESTINATIONS = ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'];
const TARGETS = ['GatewayId', 'NatGatewayId', 'NetworkInterfaceId'];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-route.html */
export const ec2Route: ResourceProvider = {
  type: 'AWS::EC2::Route',
  properties: [...DESTINATIONS, ...TARGETS, 'RouteTableId'],
  required: ['RouteTableId'],
  replaceOn: [...DESTINATIONS, 'RouteTableId'],
  seconds: { create: 10, update: 5, delete: 5 },
  async create(request) {
    const { properties } = request;
    try {
      await request.call('ec2', 'CreateRoute', pick(properties, ['RouteTableId', ...DESTINATIONS, ...TARGETS]));
    } catch (error) {
      const present = error instanceof AwsError && error.code === 'RouteAlreadyExists';
      if (!present || !request.resumed) throw error;
    }
    return routeState(properties);
  },
  async update(request) {
    const { properties } = request;
    await request.call('ec2', 'ReplaceRoute', pick(properties, ['RouteTableId', ...DESTINATIONS, ...TARGETS]));
    return routeState(properties);
  },
  async delete(request, { properties }) {
    await ifPresent(() => request.call('ec2', 'DeleteRoute', pick(properties, ['RouteTableId', ...DESTINATIONS])));
  },
};

function routeState(properties: Properties) {
  const CidrBlock = DESTINATIONS.map((name) => properties[name]).find((value) => value !== undefined);
  return { physicalId: `${properties.RouteTableId}|${CidrBlock}`, attributes: { CidrBlock } };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnetroutetableassociation.html */
export const ec2SubnetRouteTableAssociation: ResourceProvider = {
  type: 'AWS::EC2::SubnetRouteTableAssociation',
  properties: ['RouteTableId', 'SubnetId'],
  required: ['RouteTableId', 'SubnetId'],
  // A subnet has one route table: a replacement is refused while the old association is there, so it is changed in place.
  replaceOn: ['SubnetId'],
  seconds: { create: 5, update: 3, delete: 2 },
  async create(request) {
    const { RouteTableId, SubnetId } = request.properties;
    // EC2 answers with the association that is there, if it is the same.
    const { AssociationId } = await request.call('ec2', 'AssociateRouteTable', { RouteTableId, SubnetId });
    return associationState(AssociationId);
  },
  async update(request, existing) {
    const { RouteTableId } = request.properties;
    if (RouteTableId === existing.properties.RouteTableId) return existing;
    const AssociationId = (await currentAssociation(request)) ?? existing.physicalId;
    const answer = await request.call('ec2', 'ReplaceRouteTableAssociation', { AssociationId, RouteTableId });
    return associationState(answer.NewAssociationId);
  },
  async delete(request, { physicalId: AssociationId }) {
    await ifPresent(() => request.call('ec2', 'DisassociateRouteTable', { AssociationId }));
  },
};

/** The association of the subnet: its id changes with each replacement, also with one whose answer was lost. */
async function currentAssociation(request: ResourceRequest): Promise<string | undefined> {
  const { SubnetId } = request.properties;
  const Filters = [{ Name: 'association.subnet-id', Values: [SubnetId] }];
  const { RouteTables } = await request.call('ec2', 'DescribeRouteTables', { Filters });
  const associations: Properties[] = RouteTables.flatMap(({ Associations }: Properties) => Associations);
  return associations.find((association) => association.SubnetId === SubnetId)?.RouteTableAssociationId;
}

function associationState(id: string) {
  return { physicalId: id, attributes: { Id: id } };
}
