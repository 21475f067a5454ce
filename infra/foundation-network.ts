import type { CfnTag } from 'aws-cdk-lib';
import { Aws, CfnCondition, CfnOutput, CfnParameter, type CfnResource, Fn, Stack, Token } from 'aws-cdk-lib';
import {
  CfnEIP,
  CfnInternetGateway,
  CfnNatGateway,
  CfnRoute,
  CfnRouteTable,
  CfnSubnet,
  CfnSubnetRouteTableAssociation,
  CfnVPC,
  CfnVPCEndpoint,
  CfnVPCGatewayAttachment,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** What CloudFormation's role needs to make and remove a {@link FoundationNetwork}. */
export const FOUNDATION_NETWORK_ACTIONS = [
  'ec2:AllocateAddress',
  'ec2:AssociateRouteTable',
  'ec2:AttachInternetGateway',
  'ec2:CreateInternetGateway',
  'ec2:CreateNatGateway',
  'ec2:CreateRoute',
  'ec2:CreateRouteTable',
  'ec2:CreateSubnet',
  'ec2:CreateTags',
  'ec2:CreateVpc',
  'ec2:CreateVpcEndpoint',
  'ec2:DeleteInternetGateway',
  'ec2:DeleteNatGateway',
  'ec2:DeleteRoute',
  'ec2:DeleteRouteTable',
  'ec2:DeleteSubnet',
  'ec2:DeleteTags',
  'ec2:DeleteVpc',
  'ec2:DeleteVpcEndpoints',
  'ec2:DescribeAddresses',
  'ec2:DescribeInternetGateways',
  'ec2:DescribeNatGateways',
  'ec2:DescribeNetworkAcls',
  'ec2:DescribeRouteTables',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcAttribute',
  'ec2:DescribeVpcEndpoints',
  'ec2:DescribeVpcs',
  'ec2:DetachInternetGateway',
  'ec2:DisassociateRouteTable',
  'ec2:ModifySubnetAttribute',
  'ec2:ModifyVpcAttribute',
  'ec2:ModifyVpcEndpoint',
  'ec2:ReleaseAddress',
  'ec2:ReplaceRoute',
  'ec2:ReplaceRouteTableAssociation',
];

/**
 * The network of a tenant with a cluster of its own; there is none while the parameter `VpcCidr` is empty. Three quarters
 * of the block are private subnets, one in each of two or three zones; the last quarter is divided into the public ones,
 * which hold load balancers and the NAT gateway. The default security group is closed by the step ensure-foundation:
 * CloudFormation cannot.
 * https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
export class FoundationNetwork extends Construct {
  /** Whether the tenant has a network, and so a cluster of its own. */
  readonly has: CfnCondition;
  readonly #hasThird: CfnCondition;
  readonly #placementId: string;

  constructor(scope: Construct, placementId: string) {
    super(scope, 'Network');
    this.#placementId = placementId;
    const text = (id: string, description: string) =>
      new CfnParameter(scope, id, { default: '', description }).valueAsString;
    const bits = (id: string) =>
      new CfnParameter(scope, id, { type: 'Number', default: 8, minValue: 4, maxValue: 14 }).valueAsNumber;
    const block = text('VpcCidr', 'Block of the network; empty for none.');
    const zones = ['Zone1', 'Zone2', 'Zone3'].map((id) => text(id, 'Availability zone.'));
    const third = zones[2] ?? '';
    this.has = new CfnCondition(scope, 'HasNetwork', { expression: Fn.conditionNot(Fn.conditionEquals(block, '')) });
    this.#hasThird = new CfnCondition(scope, 'HasThirdZone', {
      expression: Fn.conditionAnd(this.has, Fn.conditionNot(Fn.conditionEquals(third, ''))),
    });

    const quarters = Fn.cidr(block, 4, Token.asString(bits('PrivateSubnetBits')));
    const small = Fn.cidr(Fn.select(3, quarters), 4, Token.asString(bits('PublicSubnetBits')));
    const vpc = this.#made(
      new CfnVPC(this, 'Vpc', {
        cidrBlock: block,
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: this.#named('network'),
      }),
    );
    acknowledge(vpc, 'CloudFormation-Validate::W1030', 'The block is empty only where the VPC is not made.');
    acknowledge(Stack.of(this), 'CloudFormation-Validate::W1001', 'Fn::If asks the condition of the very subnet.');
    const subnets = (kind: 'Public' | 'Private', blocks: string[]) =>
      zones.map((zone, index) => this.#subnet(vpc, kind, { zone, index, cidr: Fn.select(index, blocks) }));
    const open = subnets('Public', small);
    const inner = subnets('Private', quarters);
    this.#routes(vpc, open, inner);
    this.#outputs(vpc, open, inner);
  }

  #routes(vpc: CfnVPC, open: CfnSubnet[], inner: CfnSubnet[]): void {
    const gateway = this.#made(new CfnInternetGateway(this, 'InternetGateway', { tags: this.#named('internet') }));
    const attachment = this.#made(
      new CfnVPCGatewayAttachment(this, 'Attachment', { vpcId: vpc.ref, internetGatewayId: gateway.ref }),
    );
    const address = this.#made(new CfnEIP(this, 'NatAddress', { domain: 'vpc', tags: this.#named('nat') }));
    // A gateway cannot be detached while an address is mapped through it.
    address.addResourceDependency(attachment);
    const nat = this.#made(
      new CfnNatGateway(this, 'NatGateway', {
        subnetId: open[0]?.ref ?? '',
        allocationId: address.attrAllocationId,
        tags: this.#named('nat'),
      }),
    );
    nat.addResourceDependency(attachment);
    const tables = [
      this.#table(vpc, 'Public', { gatewayId: gateway.ref, after: attachment }, open),
      this.#table(vpc, 'Private', { natGatewayId: nat.ref }, inner),
    ];
    for (const service of ['s3', 'dynamodb']) {
      this.#made(
        new CfnVPCEndpoint(this, service === 's3' ? 'S3Endpoint' : 'DynamoDBEndpoint', {
          vpcId: vpc.ref,
          serviceName: `com.amazonaws.${Aws.REGION}.${service}`,
          vpcEndpointType: 'Gateway',
          routeTableIds: tables.map((table) => table.attrRouteTableId),
        }),
      );
    }
  }

  #table(
    vpc: CfnVPC,
    kind: 'Public' | 'Private',
    { after, ...target }: { gatewayId?: string; natGatewayId?: string; after?: CfnResource },
    subnets: CfnSubnet[],
  ): CfnRouteTable {
    const table = this.#made(
      new CfnRouteTable(this, `${kind}Routes`, { vpcId: vpc.ref, tags: this.#named(kind.toLowerCase()) }),
    );
    const route = this.#made(
      new CfnRoute(this, `${kind}Route`, {
        routeTableId: table.attrRouteTableId,
        destinationCidrBlock: '0.0.0.0/0',
        ...target,
      }),
    );
    if (after) route.addResourceDependency(after);
    subnets.forEach((subnet, index) => {
      const association = new CfnSubnetRouteTableAssociation(this, `${kind}Routes${index + 1}`, {
        routeTableId: table.attrRouteTableId,
        subnetId: subnet.ref,
      });
      this.#made(association, index);
    });
    return table;
  }

  /** Load balancers find their subnets by these tags. https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html */
  #subnet(
    vpc: CfnVPC,
    kind: 'Public' | 'Private',
    { zone, index, cidr }: { zone: string; index: number; cidr: string },
  ): CfnSubnet {
    const role = kind === 'Public' ? 'kubernetes.io/role/elb' : 'kubernetes.io/role/internal-elb';
    const subnet = new CfnSubnet(this, `${kind}${index + 1}`, {
      vpcId: vpc.ref,
      cidrBlock: cidr,
      availabilityZone: zone,
      // Nothing gets a public address by itself: load balancers ask for theirs.
      mapPublicIpOnLaunch: false,
      tags: [...this.#named(`${kind.toLowerCase()}-${index + 1}`), { key: role, value: '1' }],
    });
    acknowledge(subnet, 'CloudFormation-Validate::W1030', 'The block is empty only where the subnet is not made.');
    return this.#made(subnet, index);
  }

  #outputs(vpc: CfnVPC, open: CfnSubnet[], inner: CfnSubnet[]): void {
    const output = (id: string, value: string) => {
      new CfnOutput(this, id, { value, condition: this.has }).overrideLogicalId(id);
    };
    const ids = (subnets: CfnSubnet[]) =>
      Fn.join(
        ',',
        subnets.map((subnet, index) =>
          index < 2 ? subnet.ref : Fn.conditionIf(this.#hasThird.logicalId, subnet.ref, Aws.NO_VALUE).toString(),
        ),
      );
    output('VpcId', vpc.ref);
    output('DefaultSecurityGroupId', vpc.attrDefaultSecurityGroup);
    output('PublicSubnetIds', ids(open));
    output('PrivateSubnetIds', ids(inner));
  }

  /** Made only with the network, and what belongs to the third zone only where there is one. */
  #made<Made extends CfnResource>(resource: Made, zone = 0): Made {
    resource.cfnOptions.condition = zone < 2 ? this.has : this.#hasThird;
    return resource;
  }

  #named(what: string): CfnTag[] {
    return [{ key: 'Name', value: Fn.join('', ['tenantry-', this.#placementId, `-${what}`]) }];
  }
}
