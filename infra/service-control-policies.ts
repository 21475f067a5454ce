import {
  accessRoleName,
  accountStackName,
  foundationServiceRoleName,
  operatorRoleName,
  platformRolePath,
  teardownRoleName,
  tenantRolePath,
} from '../tenancy/names.ts';

/**
 * Service control policies, one for each unit below `tenantry` and one for all of them. They bind every principal of an
 * account, its root user too; each exception is a role that the product itself works with.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
 */
export interface ServiceControlPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly DenyStatement[];
}

interface DenyStatement {
  readonly Sid: string;
  readonly Effect: 'Deny';
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** Longest content of a policy. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
export const LONGEST_POLICY = 10_240;

const role = (name: string) => `arn:aws:iam::*:role${name}`;
const access = role(`/${accessRoleName}`);
const operator = role(`${platformRolePath}${operatorRoleName}`);
const teardown = role(`${platformRolePath}${teardownRoleName}`);
const cloudFormation = role(`${platformRolePath}${foundationServiceRoleName}`);

/** Everyone but these roles. CloudFormation's calls carry the ARN of the role it works with. */
const unless = (...roles: string[]) => ({ ArnNotLike: { 'aws:PrincipalArn': roles } });

const denyAllUnless = (Sid: string, ...roles: string[]): ServiceControlPolicy => ({
  Version: '2012-10-17',
  Statement: [{ Sid, Effect: 'Deny', Action: ['*'], Resource: ['*'], Condition: unless(...roles) }],
});

/** For all accounts of tenants: they stay, their baseline stays, and nothing happens outside of the regions. */
export function basePolicy(options: { boundaryName: string; regions: readonly string[] }): ServiceControlPolicy {
  return {
    Version: '2012-10-17',
    Statement: [...staying(), ...baseline(options.boundaryName), foundation(), regionsOnly(options.regions)],
  };
}

/** Prepared accounts that wait: only the roles that prepare them do anything there. */
export function poolPolicy(): ServiceControlPolicy {
  return denyAllUnless('OnlyThoseWhoPrepareAccounts', access, operator, teardown, cloudFormation);
}

/** Accounts that are being cleaned: only those who clean, so that the teardown is not shut out by its own fence. */
export function quarantinePolicy(): ServiceControlPolicy {
  return denyAllUnless('OnlyThoseWhoCleanAccounts', access, teardown, cloudFormation);
}

/** Accounts that are given up. */
export function suspendedPolicy(): ServiceControlPolicy {
  return denyAllUnless('OnlyTheManagementAccount', access);
}

function staying(): DenyStatement[] {
  return [
    {
      Sid: 'StayInTheOrganization',
      Effect: 'Deny',
      Action: ['organizations:LeaveOrganization', 'account:CloseAccount'],
      Resource: ['*'],
    },
    {
      Sid: 'KeepTheAccountsOwnData',
      Effect: 'Deny',
      Action: [
        'account:AcceptPrimaryEmailUpdate',
        'account:DeleteAlternateContact',
        'account:DisableRegion',
        'account:EnableRegion',
        'account:PutAccountName',
        'account:PutAlternateContact',
        'account:PutContactInformation',
        'account:StartPrimaryEmailUpdate',
      ],
      Resource: ['*'],
      Condition: unless(access, operator),
    },
  ];
}

const CHANGING_ROLES = [
  'iam:AttachRolePolicy',
  'iam:CreateRole',
  'iam:DeleteRole',
  'iam:DeleteRolePermissionsBoundary',
  'iam:DeleteRolePolicy',
  'iam:DetachRolePolicy',
  'iam:PutRolePermissionsBoundary',
  'iam:PutRolePolicy',
  'iam:TagRole',
  'iam:UntagRole',
  'iam:UpdateAssumeRolePolicy',
  'iam:UpdateRole',
  'iam:UpdateRoleDescription',
];

const CHANGING_POLICIES = [
  'iam:CreatePolicy',
  'iam:CreatePolicyVersion',
  'iam:DeletePolicy',
  'iam:DeletePolicyVersion',
  'iam:SetDefaultPolicyVersion',
  'iam:TagPolicy',
  'iam:UntagPolicy',
];

const CHANGING_STACKS = [
  'cloudformation:CancelUpdateStack',
  'cloudformation:ContinueUpdateRollback',
  'cloudformation:CreateChangeSet',
  'cloudformation:CreateStack',
  'cloudformation:DeleteStack',
  'cloudformation:ExecuteChangeSet',
  'cloudformation:RollbackStack',
  'cloudformation:SetStackPolicy',
  'cloudformation:SignalResource',
  'cloudformation:TagResource',
  'cloudformation:UntagResource',
  'cloudformation:UpdateStack',
  'cloudformation:UpdateTerminationProtection',
];

/** The platform's roles, the boundary and the stack they come from change only through the role the account was born with. */
function baseline(boundaryName: string): DenyStatement[] {
  return [
    {
      Sid: 'KeepTheRolesOfTheBaseline',
      Effect: 'Deny',
      Action: CHANGING_ROLES,
      Resource: [access, role(`${platformRolePath}tenantry-*`)],
      Condition: unless(access),
    },
    {
      Sid: 'KeepTheBoundary',
      Effect: 'Deny',
      Action: CHANGING_POLICIES,
      Resource: [`arn:aws:iam::*:policy/${boundaryName}`],
      Condition: unless(access),
    },
    {
      Sid: 'KeepTheStackOfTheBaseline',
      Effect: 'Deny',
      Action: CHANGING_STACKS,
      Resource: [`arn:aws:cloudformation:*:*:stack/${accountStackName}/*`],
      Condition: unless(access),
    },
  ];
}

/** The tenant's role, stack and budget: the tenant does not widen, end or silence what fences it. */
function foundation(): DenyStatement {
  return {
    Sid: 'KeepTheFoundation',
    Effect: 'Deny',
    Action: [...CHANGING_ROLES, ...CHANGING_STACKS, 'budgets:ModifyBudget'],
    Resource: [
      role(`${tenantRolePath}*`),
      'arn:aws:cloudformation:*:*:stack/tenantry-foundation-*/*',
      'arn:aws:budgets::*:budget/tenantry-*',
    ],
    Condition: unless(access, operator, teardown, cloudFormation),
  };
}

/**
 * Global services answer in us-east-1 or in no region; denying them there would deny them altogether. Who cleans has to
 * look into every region that is enabled.
 */
function regionsOnly(regions: readonly string[]): DenyStatement {
  const { ArnNotLike } = unless(access, teardown);
  return {
    Sid: 'OnlyTheRegionsOfTheConfiguration',
    Effect: 'Deny',
    NotAction: [
      'account:*',
      'aws-portal:*',
      'billing:*',
      'budgets:*',
      'ce:*',
      'cloudfront:*',
      'consolidatedbilling:*',
      'cur:*',
      'freetier:*',
      'globalaccelerator:*',
      'health:*',
      'iam:*',
      'invoicing:*',
      'organizations:*',
      'payments:*',
      'pricing:*',
      'route53:*',
      'route53domains:*',
      's3:GetAccountPublicAccessBlock',
      's3:ListAllMyBuckets',
      's3:PutAccountPublicAccessBlock',
      'shield:*',
      'sts:*',
      'support:*',
      'supportplans:*',
      'tax:*',
      'trustedadvisor:*',
      'waf:*',
    ],
    Resource: ['*'],
    Condition: { StringNotEquals: { 'aws:RequestedRegion': regions }, ArnNotLike },
  };
}
