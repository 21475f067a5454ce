import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { describe, type Visibility } from './describe.ts';
import { requiredText, tagsFor } from './input.ts';
import { dependencyViolation, type Network, newId } from './network.ts';
import { ec2Operation } from './operation.ts';
import type { RouteTableRecord } from './records.ts';
import { routeView } from './route-operations.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRouteTable.html */
export function routeTableOperations(cloud: Cloud, visibility: Visibility): Record<string, Operation> {
  return {
    CreateRouteTable: ec2Operation(cloud, 'CreateRouteTable', {
      creates: 'route-table',
      on: ['VpcId'],
      handle(input, network) {
        const vpc = network.existing('vpc', requiredText(input, 'VpcId'));
        const tags = tagsFor(input, 'route-table');
        if (network.list('route-table').filter(({ vpcId }) => vpcId === vpc.id).length >= network.quota('L-589F43AA')) {
          throw new AwsError('RouteTableLimitExceeded', 'The maximum number of route tables has been reached.');
        }
        const table: RouteTableRecord = {
          id: newId('rtb'),
          createdAt: cloud.clock.now(),
          vpcId: vpc.id,
          routes: [{ destination: vpc.cidr, target: 'local', origin: 'CreateRouteTable' }],
          associations: [],
        };
        network.put('route-table', table);
        network.putTags(table.id, tags);
        return { RouteTable: { ...tableView(network, table), Tags: tags } };
      },
    }),
    DescribeRouteTables: ec2Operation(cloud, 'DescribeRouteTables', {
      handle: (input, network) =>
        describe(network, input, visibility, {
          kind: 'route-table',
          ids: 'RouteTableIds',
          member: 'RouteTables',
          filters: {
            'route-table-id': ({ id }) => id,
            'vpc-id': ({ vpcId }) => vpcId,
            'association.main': ({ associations }) => associations.map(({ main }) => String(main)),
            'association.subnet-id': ({ associations }) => associations.flatMap(({ subnetId }) => subnetId ?? []),
            'association.route-table-association-id': ({ associations }) => associations.map(({ id }) => id),
            'route.gateway-id': ({ routes }) => routes.map(({ target }) => target),
            'route.nat-gateway-id': ({ routes }) => routes.map(({ target }) => target),
            'route.destination-cidr-block': ({ routes }) => routes.map(({ destination }) => destination),
          },
          view: (table) => tableView(network, table),
        }),
    }),
    DeleteRouteTable: ec2Operation(cloud, 'DeleteRouteTable', {
      on: ['RouteTableId'],
      handle(input, network) {
        const table = network.existing('route-table', requiredText(input, 'RouteTableId'));
        if (table.associations.length > 0) throw dependencyViolation('routeTable', table.id);
        network.delete('route-table', table.id);
        return undefined;
      },
    }),
    AssociateRouteTable: ec2Operation(cloud, 'AssociateRouteTable', {
      on: ['RouteTableId', 'SubnetId'],
      handle(input, network) {
        const table = network.existing('route-table', requiredText(input, 'RouteTableId'));
        const subnet = network.existing('subnet', requiredText(input, 'SubnetId'));
        if (subnet.vpcId !== table.vpcId) {
          throw new AwsError(
            'InvalidParameterValue',
            `Route table ${table.id} and subnet ${subnet.id} belong to different networks`,
          );
        }
        const known = table.associations.find(({ subnetId }) => subnetId === subnet.id);
        if (known) return associated(known.id);
        const elsewhere = network
          .list('route-table')
          .flatMap(({ associations }) => associations)
          .find(({ subnetId }) => subnetId === subnet.id);
        if (elsewhere) {
          throw new AwsError(
            'Resource.AlreadyAssociated',
            `the specified association for route table ${table.id} conflicts with an existing association`,
          );
        }
        const id = newId('rtbassoc');
        network.put('route-table', {
          ...table,
          associations: [...table.associations, { id, subnetId: subnet.id, main: false }],
        });
        return associated(id);
      },
    }),
    DisassociateRouteTable: ec2Operation(cloud, 'DisassociateRouteTable', {
      actsOn: tableOf,
      handle(input, network) {
        const { table, association } = associationOf(network, requiredText(input, 'AssociationId'));
        if (association.main) {
          throw new AwsError('InvalidParameterValue', 'cannot disassociate the main route table association');
        }
        const associations = table.associations.filter(({ id }) => id !== association.id);
        network.put('route-table', { ...table, associations });
        return undefined;
      },
    }),
    ReplaceRouteTableAssociation: ec2Operation(cloud, 'ReplaceRouteTableAssociation', {
      on: ['RouteTableId'],
      actsOn: tableOf,
      handle(input, network) {
        const { table, association } = associationOf(network, requiredText(input, 'AssociationId'));
        const target = network.existing('route-table', requiredText(input, 'RouteTableId'));
        const id = newId('rtbassoc');
        network.transaction(() => {
          const left = table.associations.filter((other) => other.id !== association.id);
          network.put('route-table', { ...table, associations: left });
          const there = network.existing('route-table', target.id);
          network.put('route-table', { ...there, associations: [...there.associations, { ...association, id }] });
        });
        return { NewAssociationId: id, AssociationState: { State: 'associated' } };
      },
    }),
  };
}

function associated(AssociationId: string) {
  return { AssociationId, AssociationState: { State: 'associated' } };
}

/** The route table of an association; the association itself if there is none, which the operation then says. */
function tableOf(input: OperationInput, network: Network): string[] {
  const ofTable = ({ associations }: RouteTableRecord) => associations.some(({ id }) => id === input.AssociationId);
  return [network.list('route-table').find(ofTable)?.id ?? String(input.AssociationId)];
}

function associationOf(network: Network, associationId: string) {
  for (const table of network.list('route-table')) {
    const association = table.associations.find(({ id }) => id === associationId);
    if (association) return { table, association };
  }
  throw new AwsError('InvalidAssociationID.NotFound', `The association ID '${associationId}' does not exist`);
}

function tableView(network: Network, table: RouteTableRecord) {
  return {
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: network.scope.accountId,
    PropagatingVgws: [],
    Routes: table.routes.map((route) => routeView(network, route)),
    Associations: table.associations.map(({ id, subnetId, main }) => ({
      RouteTableAssociationId: id,
      RouteTableId: table.id,
      SubnetId: subnetId,
      Main: main,
      AssociationState: { State: 'associated' },
    })),
  };
}
