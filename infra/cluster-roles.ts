import { Aws } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { platformRolePath, tenantRolePath } from '../tenancy/names.ts';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';

/** AWS's own policies for the role of an Auto Mode cluster. https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html */
export const CLUSTER_POLICIES = [
  'AmazonEKSClusterPolicy',
  'AmazonEKSComputePolicy',
  'AmazonEKSBlockStoragePolicy',
  'AmazonEKSLoadBalancingPolicy',
  'AmazonEKSNetworkingPolicy',
] as const;

/** The same for its nodes. https://docs.aws.amazon.com/eks/latest/userguide/auto-create-node-role.html */
export const NODE_POLICIES = ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'] as const;

/** Name of the role by which pods reach tenants' roles in other accounts; those trust it by name. */
export function podIdentityRoleName(prefix: string): string {
  return `${prefix}-pod-identity`;
}

/** Roles of the shared clusters that an installation adds, and the one by which pods reach tenants' roles in other accounts. */
export class ClusterRoles extends Construct {
  readonly clusterRole: Role;
  readonly nodeRole: Role;
  /** Pod Identity gives it to pods and assumes the tenant's role with it; the pods only get that one. */
  readonly podIdentityRole: Role;

  constructor(scope: Construct, id: string, props: { prefix: string }) {
    super(scope, id);
    const managed = (names: readonly string[]) => names.map((name) => ManagedPolicy.fromAwsManagedPolicyName(name));
    this.clusterRole = new Role(this, 'Cluster', {
      path: platformRolePath,
      roleName: `${props.prefix}-added-cluster`,
      description: 'Control planes of the shared clusters that are added.',
      assumedBy: new ServicePrincipal('eks.amazonaws.com').withSessionTags(),
      managedPolicies: managed(CLUSTER_POLICIES),
    });
    this.nodeRole = new Role(this, 'Node', {
      path: platformRolePath,
      roleName: `${props.prefix}-added-node`,
      description: 'Nodes of the shared clusters that are added.',
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: managed(NODE_POLICIES),
    });
    this.podIdentityRole = new Role(this, 'PodIdentity', {
      path: platformRolePath,
      roleName: podIdentityRoleName(props.prefix),
      description: 'By which pods reach the role of their tenant in its own account.',
      assumedBy: new ServicePrincipal('pods.eks.amazonaws.com').withSessionTags(),
    });
    const tenantRoles = `arn:${Aws.PARTITION}:iam::*:role${tenantRolePath}*`;
    this.podIdentityRole.addToPolicy(
      new PolicyStatement({
        sid: 'ReachTenantRoles',
        actions: ['sts:AssumeRole', 'sts:TagSession'],
        resources: [tenantRoles],
      }),
    );
    acknowledgeWildcards(this.podIdentityRole, 'Each tenant’s role admits it for pods of its own namespace only.', [
      tenantRoles,
    ]);
    acknowledgePolicies(this.clusterRole, CLUSTER_POLICIES);
    acknowledgePolicies(this.nodeRole, NODE_POLICIES);
  }
}

function acknowledgePolicies(role: Role, names: readonly string[]): void {
  acknowledge(
    role,
    'AwsSolutions-IAM4',
    'EKS documents exactly these policies, and keeps them up to date.',
    names.map((name) => `Policy::arn:<AWS::Partition>:iam::aws:policy/${name}`),
  );
}
