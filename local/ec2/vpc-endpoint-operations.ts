import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { describe, type Visibility } from './describe.ts';
import { invalidValue, isTrue, requiredText, tagsFor, textList } from './input.ts';
import { type Network, newId, notFound } from './network.ts';
import { addInterface, releaseInterfaces } from './network-interfaces.ts';
import { ec2Operation } from './operation.ts';
import type { VpcEndpointRecord, VpcRecord } from './records.ts';

/** How long an interface endpoint takes to come and to go, in milliseconds. */
const COMING = 60_000;
const GOING = 60_000;
const EVERYTHING = JSON.stringify({
  Version: '2008-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html */
export function vpcEndpointOperations(cloud: Cloud, visibility: Visibility): Record<string, Operation> {
  return {
    CreateVpcEndpoint: ec2Operation(cloud, 'CreateVpcEndpoint', {
      creates: 'vpc-endpoint',
      on: ['VpcId'],
      handle(input, network) {
        const tags = tagsFor(input, 'vpc-endpoint');
        const vpc = network.existing('vpc', requiredText(input, 'VpcId'));
        const endpoint = network.transaction(() => create(network, vpc, input));
        network.putTags(endpoint.id, tags);
        return { VpcEndpoint: { ...endpointView(network, endpoint), Tags: tags } };
      },
    }),
    DescribeVpcEndpoints: ec2Operation(cloud, 'DescribeVpcEndpoints', {
      handle(input, network) {
        sweep(network);
        return describe(network, input, visibility, {
          kind: 'vpc-endpoint',
          ids: 'VpcEndpointIds',
          member: 'VpcEndpoints',
          filters: {
            'vpc-endpoint-id': ({ id }) => id,
            'vpc-id': ({ vpcId }) => vpcId,
            'service-name': ({ serviceName }) => serviceName,
            'vpc-endpoint-type': ({ type }) => type,
            'vpc-endpoint-state': (endpoint) => stateOf(endpoint, network.clock.now()),
          },
          view: (endpoint) => endpointView(network, endpoint),
        });
      },
    }),
    DeleteVpcEndpoints: ec2Operation(cloud, 'DeleteVpcEndpoints', {
      on: ['VpcEndpointIds'],
      handle(input, network) {
        sweep(network);
        const now = cloud.clock.now();
        // One that is not there does not keep the others from going.
        const Unsuccessful = textList(input, 'VpcEndpointIds').flatMap((id) => {
          const endpoint = network.get('vpc-endpoint', id);
          if (!endpoint) {
            const { code, message } = notFound('vpc-endpoint', id);
            return [{ ResourceId: id, Error: { Code: code, Message: message } }];
          }
          if (endpoint.deletedAt === undefined) remove(network, endpoint, now);
          return [];
        });
        return { Unsuccessful };
      },
    }),
  };
}

function create(network: Network, vpc: VpcRecord, input: OperationInput): VpcEndpointRecord {
  const serviceName = requiredText(input, 'ServiceName');
  const { region } = network.scope;
  if (!new RegExp(`^(com\\.amazonaws\\.${region}\\.|com\\.amazonaws\\.vpce\\.|aws\\.api\\.)`).test(serviceName)) {
    throw new AwsError('InvalidServiceName', `The Vpc Endpoint Service '${serviceName}' does not exist`);
  }
  const type = input.VpcEndpointType ?? 'Gateway';
  if (type !== 'Gateway' && type !== 'Interface') {
    throw invalidValue(`The local cloud has no VPC endpoints of type ${String(type)}.`);
  }
  const gateway = type === 'Gateway';
  if (gateway && !/\.(s3|dynamodb)$/.test(serviceName)) {
    throw invalidValue(
      `Endpoint type (Gateway) does not match available service types ([Interface]) for service ${serviceName}`,
    );
  }
  assertRoom(network, vpc, gateway);
  const subnetIds = gateway ? [] : textList(input, 'SubnetIds');
  const groupIds = gateway ? [] : groupsOf(network, vpc, input);
  const routeTableIds = gateway ? textList(input, 'RouteTableIds') : [];
  for (const id of routeTableIds) network.existing('route-table', id);
  const id = newId('vpce');
  const interfaces = subnetIds.map((subnetId) =>
    addInterface(network, network.existing('subnet', subnetId), {
      type: 'vpc_endpoint',
      description: `VPC Endpoint Interface ${id}`,
      groupIds,
    }),
  );
  const now = network.clock.now();
  const endpoint: VpcEndpointRecord = {
    id,
    createdAt: now,
    vpcId: vpc.id,
    serviceName,
    type,
    routeTableIds,
    subnetIds,
    groupIds,
    networkInterfaceIds: interfaces.map((one) => one.id),
    privateDns: !gateway && input.PrivateDnsEnabled !== undefined && isTrue(input.PrivateDnsEnabled),
    policy: typeof input.PolicyDocument === 'string' ? input.PolicyDocument : EVERYTHING,
    availableAt: gateway ? now : now + COMING,
  };
  network.put('vpc-endpoint', endpoint);
  return endpoint;
}

function assertRoom(network: Network, vpc: VpcRecord, gateway: boolean): void {
  const present = network.list('vpc-endpoint').filter(({ deletedAt }) => deletedAt === undefined);
  const count = present.filter(({ type, vpcId }) =>
    gateway ? type === 'Gateway' : type === 'Interface' && vpcId === vpc.id,
  );
  if (count.length < network.quota(gateway ? 'L-1B52E74A' : 'L-29B6F2EB')) return;
  throw new AwsError('VpcEndpointLimitExceeded', 'The maximum number of VPC endpoints has been reached.');
}

function groupsOf(network: Network, vpc: VpcRecord, input: OperationInput): string[] {
  const asked = textList(input, 'SecurityGroupIds');
  for (const id of asked) network.existing('security-group', id);
  if (asked.length > 0) return asked;
  return network
    .list('security-group')
    .flatMap(({ id, vpcId, name }) => (vpcId === vpc.id && name === 'default' ? id : []));
}

function remove(network: Network, endpoint: VpcEndpointRecord, now: number): void {
  const goneAt = endpoint.type === 'Gateway' ? now : now + GOING;
  network.transaction(() => {
    releaseInterfaces(network, endpoint.networkInterfaceIds, goneAt);
    network.put('vpc-endpoint', { ...endpoint, deletedAt: goneAt });
  });
  sweep(network);
}

/** Takes endpoints away whose time is up. */
function sweep(network: Network): void {
  const now = network.clock.now();
  for (const { id, deletedAt } of network.list('vpc-endpoint')) {
    if (deletedAt !== undefined && deletedAt <= now) network.delete('vpc-endpoint', id);
  }
}

function stateOf({ availableAt, deletedAt }: VpcEndpointRecord, now: number): string {
  if (deletedAt !== undefined) return 'deleting';
  return now < availableAt ? 'pending' : 'available';
}

function endpointView(network: Network, endpoint: VpcEndpointRecord) {
  const groupName = (id: string) => network.get('security-group', id)?.name;
  return {
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    State: stateOf(endpoint, network.clock.now()),
    PolicyDocument: endpoint.policy,
    RouteTableIds: endpoint.routeTableIds,
    SubnetIds: endpoint.subnetIds,
    Groups: endpoint.groupIds.map((id) => ({ GroupId: id, GroupName: groupName(id) })),
    NetworkInterfaceIds: endpoint.networkInterfaceIds,
    PrivateDnsEnabled: endpoint.privateDns,
    RequesterManaged: false,
    CreationTimestamp: new Date(endpoint.createdAt),
    OwnerId: network.scope.accountId,
  };
}
