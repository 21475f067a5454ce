import {
  booleanOf,
  jsonText,
  type Properties,
  pick,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  sameJson,
} from '../resource-provider.ts';
import { described, ifPresent, madeBefore, retag, tagged } from './ec2-resource.ts';

const CHANGEABLE = ['PolicyDocument', 'PrivateDnsEnabled', 'RouteTableIds', 'SecurityGroupIds', 'SubnetIds'];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html */
export const ec2VpcEndpoint: ResourceProvider = {
  type: 'AWS::EC2::VPCEndpoint',
  properties: [...CHANGEABLE, 'ServiceName', 'Tags', 'VpcEndpointType', 'VpcId'],
  required: ['VpcId'],
  replaceOn: ['ServiceName', 'VpcEndpointType', 'VpcId'],
  seconds: { create: 10, update: 10, delete: 5 },
  async create(request) {
    const { properties } = request;
    const { ServiceName, VpcId } = properties;
    const here = { 'vpc-id': VpcId, 'service-name': ServiceName };
    const made =
      (await madeBefore(request, 'DescribeVpcEndpoints', 'VpcEndpoints', here)) ??
      (
        await request.call('ec2', 'CreateVpcEndpoint', {
          ...pick(properties, [
            'RouteTableIds',
            'SecurityGroupIds',
            'ServiceName',
            'SubnetIds',
            'VpcEndpointType',
            'VpcId',
          ]),
          ...settings(properties),
          ...tagged(request, 'vpc-endpoint'),
        })
      ).VpcEndpoint;
    request.initiated(made.VpcEndpointId);
    return endpointState(request, made.VpcEndpointId);
  },
  async update(request, existing) {
    const VpcEndpointId = existing.physicalId;
    const [before, after] = [existing.properties, request.properties];
    if (CHANGEABLE.some((name) => !sameJson(before[name], after[name]))) {
      await request.call('ec2', 'ModifyVpcEndpoint', {
        VpcEndpointId,
        ...settings(after),
        ...difference('RouteTableIds', before, after),
        ...difference('SecurityGroupIds', before, after),
        ...difference('SubnetIds', before, after),
      });
    }
    await retag(request, existing, VpcEndpointId);
    return endpointState(request, VpcEndpointId);
  },
  async delete(request, { physicalId }) {
    const VpcEndpointIds = [physicalId];
    await request.call('ec2', 'DeleteVpcEndpoints', { VpcEndpointIds });
    const gone = async () =>
      (await ifPresent(() => request.call('ec2', 'DescribeVpcEndpoints', { VpcEndpointIds }))) === undefined;
    await request.waitUntil(gone, 5, 900);
  },
};

function settings({ PolicyDocument, PrivateDnsEnabled }: Properties): Properties {
  return {
    ...(PolicyDocument !== undefined && { PolicyDocument: jsonText(PolicyDocument) }),
    ...(PrivateDnsEnabled !== undefined && { PrivateDnsEnabled: booleanOf(PrivateDnsEnabled) }),
  };
}

/** What is added to and removed from a list of ids, as ModifyVpcEndpoint takes it. */
function difference(member: string, before: Properties, after: Properties): Properties {
  const [old, next]: string[][] = [before[member] ?? [], after[member] ?? []];
  const added = next?.filter((id) => !old?.includes(id)) ?? [];
  const removed = old?.filter((id) => !next?.includes(id)) ?? [];
  return {
    ...(added.length > 0 && { [`Add${member}`]: added }),
    ...(removed.length > 0 && { [`Remove${member}`]: removed }),
  };
}

async function endpointState(request: ResourceRequest, id: string): Promise<ResourceState> {
  const endpoint = await described(
    request,
    'DescribeVpcEndpoints',
    'VpcEndpoints',
    { VpcEndpointIds: [id] },
    ({ State }) => State === 'available',
  );
  const attributes = {
    Id: id,
    CreationTimestamp: new Date(endpoint.CreationTimestamp).toISOString(),
    NetworkInterfaceIds: endpoint.NetworkInterfaceIds,
    DnsEntries: endpoint.DnsEntries ?? [],
  };
  return { physicalId: id, attributes };
}
