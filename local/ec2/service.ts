import type { Cloud, Service } from '../kernel/service.ts';
import { addressOperations } from './address-operations.ts';
import { defaultOperations } from './default-operations.ts';
import { internetGatewayOperations } from './internet-gateway-operations.ts';
import { NAMES } from './names.ts';
import { natGatewayOperations } from './nat-gateway-operations.ts';
import { networkInterfaceOperations } from './network-interfaces.ts';
import { regionOperations } from './region-operations.ts';
import { routeOperations } from './route-operations.ts';
import { routeTableOperations } from './route-table-operations.ts';
import { securityGroupOperations } from './security-group-operations.ts';
import { subnetOperations } from './subnet-operations.ts';
import { tagOperations } from './tag-operations.ts';
import { vpcEndpointOperations } from './vpc-endpoint-operations.ts';
import { vpcOperations } from './vpc-operations.ts';

export interface Ec2Options {
  /** Seconds of the cloud's clock until Describe operations see a new resource. Default 1; 0 for at once. */
  consistencyDelaySeconds?: number;
}

/**
 * The network of Amazon EC2 (VPCs and what is in them; no instances), in every enabled region of every account, with a
 * default VPC in each. What takes time on AWS takes time on the clock. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
 */
export function ec2Service(cloud: Cloud, options: Ec2Options = {}): Service {
  const visibility = { delay: (options.consistencyDelaySeconds ?? 1) * 1000 };
  return {
    name: 'ec2',
    protocol: {
      kind: 'ec2',
      version: '2016-11-15',
      namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
      names: NAMES,
    },
    operations: {
      ...regionOperations(cloud),
      ...vpcOperations(cloud, visibility),
      ...subnetOperations(cloud, visibility),
      ...internetGatewayOperations(cloud, visibility),
      ...routeTableOperations(cloud, visibility),
      ...routeOperations(cloud),
      ...securityGroupOperations(cloud, visibility),
      ...natGatewayOperations(cloud, visibility),
      ...vpcEndpointOperations(cloud, visibility),
      ...addressOperations(cloud, visibility),
      ...networkInterfaceOperations(cloud, visibility),
      ...defaultOperations(cloud, visibility),
      ...tagOperations(cloud),
    },
  };
}
