/** What the local cloud keeps of EC2's network. Times in milliseconds of the cloud's clock. */

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

interface Resource {
  readonly id: string;
  readonly createdAt: number;
}

export interface VpcRecord extends Resource {
  readonly cidr: string;
  /** With the association ids of further blocks. */
  readonly moreCidrs: readonly { readonly associationId: string; readonly cidr: string }[];
  readonly cidrAssociationId: string;
  readonly isDefault: boolean;
  readonly dhcpOptionsId: string;
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
}

export interface SubnetRecord extends Resource {
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  readonly isDefault: boolean;
  readonly mapPublicIp: boolean;
}

export interface InternetGatewayRecord extends Resource {
  readonly vpcId?: string;
}

export interface Route {
  readonly destination: string;
  readonly target: string;
  readonly origin: 'CreateRouteTable' | 'CreateRoute';
}

export interface RouteTableRecord extends Resource {
  readonly vpcId: string;
  readonly routes: readonly Route[];
  readonly associations: readonly { readonly id: string; readonly subnetId?: string; readonly main: boolean }[];
}

export interface SecurityGroupRule {
  readonly id: string;
  readonly egress: boolean;
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  /** An IPv4 or IPv6 range, a group or a prefix list. */
  readonly source: string;
  readonly description?: string;
}

export interface SecurityGroupRecord extends Resource {
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
  readonly rules: readonly SecurityGroupRule[];
}

export interface NatGatewayRecord extends Resource {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly connectivity: 'public' | 'private';
  readonly allocationId?: string;
  readonly networkInterfaceId: string;
  readonly availableAt: number;
  readonly deleteRequestedAt?: number;
  readonly deletedAt?: number;
}

export interface VpcEndpointRecord extends Resource {
  readonly vpcId: string;
  readonly serviceName: string;
  readonly type: 'Gateway' | 'Interface';
  readonly routeTableIds: readonly string[];
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly networkInterfaceIds: readonly string[];
  readonly privateDns: boolean;
  readonly policy: string;
  readonly availableAt: number;
  readonly deletedAt?: number;
}

export interface AddressRecord extends Resource {
  readonly publicIp: string;
}

export interface NetworkInterfaceRecord extends Resource {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly privateIp: string;
  readonly type: string;
  readonly description: string;
  readonly groupIds: readonly string[];
  readonly allocationId?: string;
  /** When the service that made it lets it go. */
  readonly goneAt?: number;
}

export interface NetworkAclRecord extends Resource {
  readonly vpcId: string;
}

export interface DhcpOptionsRecord extends Resource {
  readonly domainName: string;
}

/** The kinds of resources, by the names that IAM has for them. */
export interface Kinds {
  vpc: VpcRecord;
  subnet: SubnetRecord;
  'internet-gateway': InternetGatewayRecord;
  'route-table': RouteTableRecord;
  'security-group': SecurityGroupRecord;
  natgateway: NatGatewayRecord;
  'vpc-endpoint': VpcEndpointRecord;
  'elastic-ip': AddressRecord;
  'network-interface': NetworkInterfaceRecord;
  'network-acl': NetworkAclRecord;
  'dhcp-options': DhcpOptionsRecord;
}

export type Kind = keyof Kinds;
