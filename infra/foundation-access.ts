import { Aws } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { tenantRolePath, tenantTag } from '../tenancy/names.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { allowFoundationClusterRoles } from './foundation-cluster-roles.ts';
import { FOUNDATION_NETWORK_ACTIONS } from './foundation-network.ts';
import { TENANT_ACTIONS } from './foundation-stack.ts';

export interface FoundationAccessProps {
  readonly boundaryName: string;
  /** Physical name and path of the service role, where others refer to it by them. */
  readonly serviceRole?: { readonly roleName: string; readonly path: string };
}

/**
 * What keeps tenant foundations in bounds: the permissions boundary of every tenant role, and the role that
 * CloudFormation works with, which can make tenant roles under that boundary, budgets and networks, and nothing else.
 */
export class FoundationAccess extends Construct {
  readonly boundary: ManagedPolicy;
  readonly serviceRole: Role;

  constructor(scope: Construct, id: string, props: FoundationAccessProps) {
    super(scope, id);
    this.boundary = new ManagedPolicy(this, 'Boundary', {
      managedPolicyName: props.boundaryName,
      description: 'The most that any tenant role can do: work with resources that carry its own tag.',
      statements: [
        new PolicyStatement({
          sid: 'ResourcesWithTheTagOfThePrincipal',
          actions: TENANT_ACTIONS,
          resources: ['*'],
          conditions: { StringEquals: { [`aws:ResourceTag/${tenantTag}`]: `\${aws:PrincipalTag/${tenantTag}}` } },
        }),
      ],
    });
    acknowledgeWildcards(
      this.boundary,
      'Limited by the tag of principal and resource, not by name: tenants bring their own resources.',
      ['*'],
    );
    this.serviceRole = serviceRole(this, this.boundary, props);
  }
}

function serviceRole(scope: Construct, boundary: ManagedPolicy, props: FoundationAccessProps): Role {
  const role = new Role(scope, 'ServiceRole', {
    ...props.serviceRole,
    assumedBy: new ServicePrincipal('cloudformation.amazonaws.com'),
    description: 'CloudFormation makes tenant foundations with this role.',
  });
  const tenantRoles = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${tenantRolePath}*`;
  role.addToPolicy(
    new PolicyStatement({
      sid: 'MakeTenantRolesUnderTheBoundary',
      actions: ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:PutRolePermissionsBoundary'],
      resources: [tenantRoles],
      conditions: { StringEquals: { 'iam:PermissionsBoundary': boundary.managedPolicyArn } },
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      sid: 'KeepTenantRoles',
      actions: [
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListRolePolicies',
        'iam:ListAttachedRolePolicies',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
      ],
      resources: [tenantRoles],
    }),
  );
  const budgets = `arn:${Aws.PARTITION}:budgets::${Aws.ACCOUNT_ID}:budget/tenantry-*`;
  role.addToPolicy(
    new PolicyStatement({
      sid: 'TenantBudgets',
      actions: [
        'budgets:ModifyBudget',
        'budgets:ViewBudget',
        'budgets:TagResource',
        'budgets:UntagResource',
        'budgets:ListTagsForResource',
      ],
      resources: [budgets],
    }),
  );
  acknowledgeWildcards(role, 'One role and one budget per tenant, below a path and a prefix of their own.', [
    tenantRoles,
    budgets,
  ]);
  allowNetworks(role);
  allowFoundationClusterRoles(role);
  return role;
}

/** Networks have no names before they exist: what is limited is the kind of resource, in this account and region. */
function allowNetworks(role: Role): void {
  const describe = FOUNDATION_NETWORK_ACTIONS.filter((action) => action.startsWith('ec2:Describe'));
  const change = FOUNDATION_NETWORK_ACTIONS.filter((action) => !describe.includes(action));
  const networks = `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:*/*`;
  role.addToPolicy(new PolicyStatement({ sid: 'TenantNetworks', actions: change, resources: [networks] }));
  role.addToPolicy(new PolicyStatement({ sid: 'LookAtNetworks', actions: describe, resources: ['*'] }));
  acknowledgeWildcards(role, 'EC2 names what it makes, and what describes it takes no resource.', [networks, '*']);
}
