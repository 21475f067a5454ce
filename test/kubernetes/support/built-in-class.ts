import { builtInNodeClass } from '../../../local/eks/auto-mode.ts';

/** The class of a cluster in Auto Mode, which nodes of tenants are made after. */
export const builtInClass = builtInNodeClass({
  computeConfig: {
    enabled: true,
    nodePools: ['general-purpose'],
    nodeRoleArn: 'arn:aws:iam::111111111111:role/tenantry-node',
  },
  resourcesVpcConfig: { subnetIds: ['subnet-0a', 'subnet-0b'], clusterSecurityGroupId: 'sg-0a' },
});
