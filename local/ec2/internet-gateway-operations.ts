import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { describe, type Visibility } from './describe.ts';
import { requiredText, tagsFor } from './input.ts';
import { dependencyViolation, type Network, newId } from './network.ts';
import { ec2Operation } from './operation.ts';
import type { InternetGatewayRecord } from './records.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateInternetGateway.html */
export function internetGatewayOperations(cloud: Cloud, visibility: Visibility): Record<string, Operation> {
  return {
    CreateInternetGateway: ec2Operation(cloud, 'CreateInternetGateway', {
      creates: 'internet-gateway',
      handle(input, network) {
        const tags = tagsFor(input, 'internet-gateway');
        if (network.list('internet-gateway').length >= network.quota('L-A4707A72')) {
          throw new AwsError(
            'InternetGatewayLimitExceeded',
            'The maximum number of internet gateways has been reached.',
          );
        }
        const gateway = { id: newId('igw'), createdAt: cloud.clock.now() };
        network.put('internet-gateway', gateway);
        network.putTags(gateway.id, tags);
        return { InternetGateway: { ...gatewayView(network, gateway), Tags: tags } };
      },
    }),
    DescribeInternetGateways: ec2Operation(cloud, 'DescribeInternetGateways', {
      handle: (input, network) =>
        describe(network, input, visibility, {
          kind: 'internet-gateway',
          ids: 'InternetGatewayIds',
          member: 'InternetGateways',
          filters: {
            'internet-gateway-id': ({ id }) => id,
            'attachment.vpc-id': ({ vpcId }) => vpcId,
            'attachment.state': ({ vpcId }) => vpcId && 'available',
          },
          view: (gateway) => gatewayView(network, gateway),
        }),
    }),
    AttachInternetGateway: ec2Operation(cloud, 'AttachInternetGateway', {
      on: ['InternetGatewayId', 'VpcId'],
      handle(input, network) {
        const gateway = network.existing('internet-gateway', requiredText(input, 'InternetGatewayId'));
        const vpc = network.existing('vpc', requiredText(input, 'VpcId'));
        if (gateway.vpcId !== undefined) {
          throw new AwsError(
            'Resource.AlreadyAssociated',
            `resource ${gateway.id} is already attached to network ${gateway.vpcId}`,
          );
        }
        if (network.list('internet-gateway').some(({ vpcId }) => vpcId === vpc.id)) {
          throw new AwsError('InvalidParameterValue', `Network ${vpc.id} already has an internet gateway attached`);
        }
        network.put('internet-gateway', { ...gateway, vpcId: vpc.id });
        return undefined;
      },
    }),
    DetachInternetGateway: ec2Operation(cloud, 'DetachInternetGateway', {
      on: ['InternetGatewayId', 'VpcId'],
      handle(input, network) {
        const { vpcId, ...gateway } = network.existing('internet-gateway', requiredText(input, 'InternetGatewayId'));
        if (vpcId === undefined || vpcId !== requiredText(input, 'VpcId')) {
          throw new AwsError(
            'Gateway.NotAttached',
            `resource ${gateway.id} is not attached to network ${String(input.VpcId)}`,
          );
        }
        const mapped = network
          .list('network-interface')
          .some((one) => one.vpcId === vpcId && one.allocationId !== undefined);
        if (mapped) {
          throw new AwsError(
            'DependencyViolation',
            `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
          );
        }
        network.put('internet-gateway', gateway);
        return undefined;
      },
    }),
    DeleteInternetGateway: ec2Operation(cloud, 'DeleteInternetGateway', {
      on: ['InternetGatewayId'],
      handle(input, network) {
        const gateway = network.existing('internet-gateway', requiredText(input, 'InternetGatewayId'));
        if (gateway.vpcId !== undefined) throw dependencyViolation('internetGateway', gateway.id);
        network.delete('internet-gateway', gateway.id);
        return undefined;
      },
    }),
  };
}

function gatewayView(network: Network, { id, vpcId }: InternetGatewayRecord) {
  return {
    InternetGatewayId: id,
    OwnerId: network.scope.accountId,
    // The state of an attachment is "available", not "attached".
    Attachments: vpcId === undefined ? [] : [{ VpcId: vpcId, State: 'available' }],
  };
}
