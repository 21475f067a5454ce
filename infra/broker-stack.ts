import { Aws, CfnParameter, type CfnResource, DefaultStackSynthesizer, Stack, type StackProps } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { CfnOrganizationalUnit, CfnPolicy, CfnResourcePolicy } from 'aws-cdk-lib/aws-organizations';
import type { Construct } from 'constructs';
import {
  accessRoleName,
  brokerRoleName,
  installationExternalId,
  type OrganizationalUnit,
  organizationalUnits,
} from '../tenancy/names.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { BROKER_USERS, functionRoleName } from './function-names.ts';
import {
  basePolicy,
  poolPolicy,
  quarantinePolicy,
  type ServiceControlPolicy,
  suspendedPolicy,
} from './service-control-policies.ts';

export interface BrokerStackProps extends StackProps {
  /** Prefix of the installation's physical names. */
  readonly prefix: string;
  /** Regions that tenants may use. */
  readonly regions: readonly string[];
  /** Name of the permissions boundary of tenant roles. */
  readonly boundaryName: string;
  /** The account that the platform runs in, if it is known at synthesis; else it is a parameter without a default. */
  readonly platformAccountId?: string | undefined;
}

/** Unit below the root that holds those of all states. */
const PARENT_UNIT = 'tenantry';

/** What the platform's account may ask about the organization, beside tagging accounts. */
const READ_ACTIONS = [
  'organizations:DescribeAccount',
  'organizations:DescribeCreateAccountStatus',
  'organizations:DescribeOrganization',
  'organizations:DescribeOrganizationalUnit',
  'organizations:ListAccounts',
  'organizations:ListAccountsForParent',
  'organizations:ListCreateAccountStatus',
  'organizations:ListOrganizationalUnitsForParent',
  'organizations:ListParents',
  'organizations:ListRoots',
  'organizations:ListTagsForResource',
];

/**
 * What the product has in the management account: the units for accounts of tenants with their policies, the broker
 * (what only the management account may do), and the delegation of everything else to the platform's account.
 * The organization has all features, and service control policies are enabled.
 */
export class BrokerStack extends Stack {
  constructor(scope: Construct, id: string, props: BrokerStackProps) {
    super(scope, id, { ...props, synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
    this.templateOptions.description = 'Tenantry: units, policies and broker in the management account';
    const rootId = new CfnParameter(this, 'RootId', {
      description: "Id of the organization's root: aws organizations list-roots",
      allowedPattern: '^r-[0-9a-z]{4,32}$',
    }).valueAsString;
    const platformAccountId = new CfnParameter(this, 'PlatformAccountId', {
      description: 'Account that the platform runs in, a member of the organization.',
      allowedPattern: '^[0-9]{12}$',
      ...(props.platformAccountId && { default: props.platformAccountId }),
    }).valueAsString;

    brokerRole(this, props.prefix, platformAccountId);
    const delegated = new CfnResourcePolicy(this, 'Delegation', { content: delegation(platformAccountId) });
    delegated.addResourceDependency(units(this, rootId, props));
  }
}

/**
 * One after the other: Organizations takes one change at a time, and one creation of a unit a second. Returns what comes last.
 */
function units(scope: Construct, rootId: string, { boundaryName, regions }: BrokerStackProps): CfnResource {
  const parent = new CfnOrganizationalUnit(scope, 'Unit', { name: PARENT_UNIT, parentId: rootId });
  const content: Partial<Record<OrganizationalUnit, ServiceControlPolicy>> = {
    pool: poolPolicy(),
    quarantine: quarantinePolicy(),
    suspended: suspendedPolicy(),
  };
  const base = basePolicy({ boundaryName, regions });
  let last: CfnResource = policy(scope, 'BasePolicy', 'tenantry-accounts', parent, base);
  for (const [key, name] of Object.entries(organizationalUnits)) {
    const unit = new CfnOrganizationalUnit(scope, `${name}Unit`, { name, parentId: parent.attrId });
    unit.addResourceDependency(last);
    const own = content[key as OrganizationalUnit];
    last = own ? policy(scope, `${name}Policy`, `tenantry-${key}`, unit, own) : unit;
  }
  return last;
}

function policy(
  scope: Construct,
  id: string,
  name: string,
  unit: CfnOrganizationalUnit,
  content: ServiceControlPolicy,
): CfnPolicy {
  return new CfnPolicy(scope, id, {
    type: 'SERVICE_CONTROL_POLICY',
    name,
    description: `Tenantry: what is denied in the unit ${unit.name}`,
    content,
    targetIds: [unit.attrId],
  });
}

/** Trusted by the functions that need it, by name, and only with the external id of the installation. */
function brokerRole(scope: Construct, prefix: string, platformAccountId: string): Role {
  const role = new Role(scope, 'Broker', {
    roleName: brokerRoleName(prefix),
    description: 'Tenantry: what only the management account may do with accounts',
    assumedBy: new AccountPrincipal(platformAccountId).withConditions({
      StringEquals: { 'sts:ExternalId': installationExternalId(prefix, platformAccountId) },
      ArnEquals: {
        'aws:PrincipalArn': BROKER_USERS.map(
          (name) => `arn:${Aws.PARTITION}:iam::${platformAccountId}:role/${functionRoleName(prefix, name)}`,
        ),
      },
    }),
  });
  const accounts = `arn:${Aws.PARTITION}:organizations::${Aws.ACCOUNT_ID}:account/o-*/*`;
  const places = ['root/o-*/r-*', 'ou/o-*/ou-*'].map(
    (path) => `arn:${Aws.PARTITION}:organizations::${Aws.ACCOUNT_ID}:${path}`,
  );
  const accessRoles = `arn:${Aws.PARTITION}:iam::*:role/${accessRoleName}`;
  const allow = (sid: string, actions: string[], resources: string[]) =>
    role.addToPolicy(new PolicyStatement({ sid, actions, resources }));
  // A request for an account has no resource yet.
  allow('CreateAccounts', ['organizations:CreateAccount'], ['*']);
  allow('TagAccountsAsTheyAreCreated', ['organizations:TagResource'], [accounts]);
  allow('MoveAccounts', ['organizations:MoveAccount'], [accounts, ...places]);
  allow('CloseAccounts', ['organizations:CloseAccount'], [accounts]);
  allow('EnterNewAccounts', ['sts:AssumeRole'], [accessRoles]);
  acknowledgeWildcards(role, 'Accounts are named by AWS when they are created.', [
    '*',
    accounts,
    ...places,
    accessRoles,
  ]);
  return role;
}

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html */
function delegation(platformAccountId: string) {
  const Principal = { AWS: `arn:${Aws.PARTITION}:iam::${platformAccountId}:root` };
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'LookAtTheOrganization', Effect: 'Allow', Principal, Action: READ_ACTIONS, Resource: '*' },
      {
        Sid: 'TagAccounts',
        Effect: 'Allow',
        Principal,
        Action: ['organizations:TagResource', 'organizations:UntagResource'],
        Resource: `arn:${Aws.PARTITION}:organizations::${Aws.ACCOUNT_ID}:account/o-*/*`,
      },
    ],
  };
}
