import { Aws } from 'aws-cdk-lib';
import { budgetPrefix } from '../tenancy/names.ts';
import { tenantClusterGrants } from './cluster-grants.ts';

/** Something that may be done in an account of a tenant. */
export interface OperatorGrant {
  readonly sid: string;
  readonly actions: string[];
  readonly resources: string[];
  /** Why a wildcard in the resources is right. */
  readonly reason: string;
}

/** What the step ensure-foundation does beside CloudFormation: it chooses zones and closes default security groups. */
export const FOUNDATION_ZONES_AND_GROUPS: readonly OperatorGrant[] = [
  {
    sid: 'LookAtZonesAndGroups',
    actions: ['ec2:DescribeAvailabilityZones', 'ec2:DescribeSecurityGroupRules'],
    resources: ['*'],
    reason: 'What describes EC2 takes no resource.',
  },
  {
    sid: 'CloseDefaultSecurityGroups',
    actions: ['ec2:RevokeSecurityGroupEgress', 'ec2:RevokeSecurityGroupIngress'],
    resources: [`arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:security-group/*`],
    reason: 'EC2 names the default security group of a network.',
  },
];

/** What the operator role of a vended account may do, by name: what the functions do there in everyday work. */
export const OPERATOR_GRANTS: readonly OperatorGrant[] = [
  {
    sid: 'Foundations',
    actions: [
      'cloudformation:CreateStack',
      'cloudformation:DeleteStack',
      'cloudformation:DescribeStackEvents',
      'cloudformation:DescribeStacks',
      'cloudformation:TagResource',
      'cloudformation:UpdateStack',
    ],
    resources: [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/tenantry-foundation-*/*`],
    reason: 'Foundations are named after their tenants.',
  },
  {
    sid: 'CostsOfTheTenant',
    actions: ['budgets:ViewBudget'],
    resources: [`arn:${Aws.PARTITION}:budgets::${Aws.ACCOUNT_ID}:budget/${budgetPrefix}*`],
    reason: 'Budgets are named after tenants.',
  },
  ...FOUNDATION_ZONES_AND_GROUPS,
  ...tenantClusterGrants(),
];
