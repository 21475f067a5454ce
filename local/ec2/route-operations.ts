import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { canonical, parseBlock } from './cidr.ts';
import { invalidValue, requiredText } from './input.ts';
import type { Network } from './network.ts';
import { ec2Operation } from './operation.ts';
import type { Route } from './records.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html */
export function routeOperations(cloud: Cloud): Record<string, Operation> {
  return {
    CreateRoute: ec2Operation(cloud, 'CreateRoute', {
      on: ['RouteTableId'],
      handle(input, network) {
        const table = network.existing('route-table', requiredText(input, 'RouteTableId'));
        const route = newRoute(network, table.vpcId, input);
        if (table.routes.some(({ destination }) => destination === route.destination)) {
          throw new AwsError('RouteAlreadyExists', `The route identified by ${route.destination} already exists.`);
        }
        if (table.routes.length >= network.quota('L-93826ACB')) {
          throw new AwsError('RouteLimitExceeded', `The maximum number of routes has been reached.`);
        }
        network.put('route-table', { ...table, routes: [...table.routes, route] });
        return { Return: true };
      },
    }),
    ReplaceRoute: ec2Operation(cloud, 'ReplaceRoute', {
      on: ['RouteTableId'],
      handle(input, network) {
        const table = network.existing('route-table', requiredText(input, 'RouteTableId'));
        const route = newRoute(network, table.vpcId, input);
        const others = table.routes.filter(({ destination }) => destination !== route.destination);
        if (others.length === table.routes.length) throw noRoute(table.id, route.destination);
        network.put('route-table', { ...table, routes: [...others, route] });
        return undefined;
      },
    }),
    DeleteRoute: ec2Operation(cloud, 'DeleteRoute', {
      on: ['RouteTableId'],
      handle(input, network) {
        const table = network.existing('route-table', requiredText(input, 'RouteTableId'));
        const destination = destinationOf(input);
        const route = table.routes.find((other) => other.destination === destination);
        if (!route) throw noRoute(table.id, destination);
        if (route.target === 'local') {
          throw invalidValue(`cannot remove local route ${destination} in route table ${table.id}`);
        }
        network.put('route-table', { ...table, routes: table.routes.filter((other) => other !== route) });
        return undefined;
      },
    }),
  };
}

function noRoute(tableId: string, destination: string): AwsError {
  return new AwsError(
    'InvalidRoute.NotFound',
    `no route with destination-cidr-block ${destination} in route table ${tableId}`,
  );
}

function destinationOf(input: OperationInput): string {
  if (input.DestinationIpv6CidrBlock) return String(input.DestinationIpv6CidrBlock);
  if (input.DestinationPrefixListId) return String(input.DestinationPrefixListId);
  const text = requiredText(input, 'DestinationCidrBlock');
  const block = parseBlock(text);
  if (!block)
    throw invalidValue(
      `Value (${text}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
    );
  return canonical(block);
}

function newRoute(network: Network, vpcId: string, input: OperationInput): Route {
  const destination = destinationOf(input);
  const targets = [input.GatewayId, input.NatGatewayId, input.NetworkInterfaceId].filter((id) => id !== undefined);
  const target: unknown = targets[0];
  if (targets.length !== 1 || typeof target !== 'string') {
    throw new AwsError(
      targets.length === 0 ? 'MissingParameter' : 'InvalidParameterCombination',
      'The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId',
    );
  }
  if (target.startsWith('igw-')) {
    const gateway = network.existing('internet-gateway', target);
    if (gateway.vpcId !== vpcId) {
      throw invalidValue(`route table and network gateway ${target} belong to different networks`);
    }
  }
  if (target.startsWith('nat-')) {
    const gateway = network.existing('natgateway', target);
    if (gateway.deleteRequestedAt !== undefined) {
      throw new AwsError('InvalidNatGatewayID.NotFound', `The natGateway ID '${target}' does not exist`);
    }
  }
  if (target.startsWith('eni-')) network.existing('network-interface', target);
  return { destination, target, origin: 'CreateRoute' };
}

/** A route as DescribeRouteTables shows it; one whose target is gone is a blackhole. */
export function routeView(network: Network, { destination, target, origin }: Route) {
  const kinds = { 'igw-': 'GatewayId', 'nat-': 'NatGatewayId', 'eni-': 'NetworkInterfaceId' } as const;
  const member = Object.entries(kinds).find(([prefix]) => target.startsWith(prefix))?.[1] ?? 'GatewayId';
  const blocks = destination.startsWith('pl-')
    ? { DestinationPrefixListId: destination }
    : destination.includes(':')
      ? { DestinationIpv6CidrBlock: destination }
      : { DestinationCidrBlock: destination };
  return {
    ...blocks,
    [member]: target,
    Origin: origin,
    State: leadsSomewhere(network, target) ? 'active' : 'blackhole',
  };
}

function leadsSomewhere(network: Network, target: string): boolean {
  if (target.startsWith('igw-')) return network.get('internet-gateway', target)?.vpcId !== undefined;
  if (target.startsWith('nat-')) {
    const gateway = network.get('natgateway', target);
    return gateway !== undefined && gateway.deleteRequestedAt === undefined;
  }
  return target.startsWith('eni-') ? network.get('network-interface', target) !== undefined : true;
}
