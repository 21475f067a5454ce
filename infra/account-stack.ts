import { Aws, CfnParameter, DefaultStackSynthesizer, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import { AccountPrincipal, Effect, type IPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import {
  accessRoleName,
  accountStackName,
  foundationServiceRoleName,
  operatorRoleName,
  platformRolePath,
  teardownRoleName,
} from '../tenancy/names.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { CLUSTER_KEY_ACTIONS } from './cluster-grants.ts';
import { FoundationAccess } from './foundation-access.ts';
import { functionRoleName, TEARDOWN_USERS } from './function-names.ts';
import { OPERATOR_GRANTS } from './operator-grants.ts';
import { TEARDOWN_ACTIONS, TEARDOWN_IDENTITY_ACTIONS } from './teardown-actions.ts';

export interface AccountStackProps extends StackProps {
  /** Prefix of the installation's physical names. */
  readonly prefix: string;
  /** Name of the permissions boundary of tenant roles, the same as in the platform's account. */
  readonly boundaryName: string;
  /** The key of the installation's clusters, where it has one of its own. Its key policy has to let this account in. */
  readonly clusterKeyArn?: string | undefined;
}

/**
 * The baseline of a vended account, the stack `tenantry-account`, made by the step apply-baseline: the roles by which the
 * platform works there, and what tenant foundations need (permissions boundary, CloudFormation's role).
 */
export class AccountStack extends Stack {
  constructor(scope: Construct, id: string, props: AccountStackProps) {
    super(scope, id, { ...props, synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
    this.templateOptions.description = 'Tenantry: baseline of an account of a tenant (roles, boundary)';
    const text = (name: string, description: string) => new CfnParameter(this, name, { description }).valueAsString;
    const platformAccountId = text('PlatformAccountId', 'Account that runs the workflows.');
    const externalId = text('ExternalId', 'What the functions present when they assume these roles.');
    const trusting = (functions: readonly string[]) => trust(platformAccountId, externalId, props.prefix, functions);

    const { boundary, serviceRole } = new FoundationAccess(this, 'FoundationAccess', {
      boundaryName: props.boundaryName,
      serviceRole: { roleName: foundationServiceRoleName, path: platformRolePath },
    });
    operatorRole(this, trusting(['*']), serviceRole, props.clusterKeyArn);
    teardownRole(this, trusting(TEARDOWN_USERS), boundary.managedPolicyArn);
  }
}

/** Functions of the platform by the names of their roles, presenting the external id of the installation. */
function trust(
  platformAccountId: string,
  externalId: string,
  prefix: string,
  functions: readonly string[],
): IPrincipal {
  return new AccountPrincipal(platformAccountId).withConditions({
    StringEquals: { 'sts:ExternalId': externalId },
    ArnLike: {
      'aws:PrincipalArn': functions.map((name) =>
        Fn.join('', [`arn:${Aws.PARTITION}:iam::`, platformAccountId, `:role/${functionRoleName(prefix, name)}`]),
      ),
    },
  });
}

/** Everyday work: foundations, and what the steps of later lives need. Actions by name, on what is ours by name. */
function operatorRole(scope: Construct, assumedBy: IPrincipal, serviceRole: Role, clusterKeyArn?: string): Role {
  const role = new Role(scope, 'Operator', {
    roleName: operatorRoleName,
    path: platformRolePath,
    description: 'Tenantry: everyday work in this account',
    assumedBy,
  });
  for (const { sid, actions, resources, reason } of OPERATOR_GRANTS) {
    role.addToPolicy(new PolicyStatement({ sid, actions, resources }));
    acknowledgeWildcards(role, reason, resources);
  }
  role.addToPolicy(
    new PolicyStatement({
      sid: 'HandStacksToCloudFormation',
      actions: ['iam:PassRole'],
      resources: [serviceRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
    }),
  );
  if (clusterKeyArn)
    role.addToPolicy(
      new PolicyStatement({ sid: 'KeyOfClusters', actions: CLUSTER_KEY_ACTIONS, resources: [clusterKeyArn] }),
    );
  return role;
}

/** Removes what a tenant left. The baseline is kept from it by a deny, since what a tenant leaves can have any name. */
function teardownRole(scope: Construct, assumedBy: IPrincipal, boundaryArn: string): Role {
  const role = new Role(scope, 'Teardown', {
    roleName: teardownRoleName,
    path: platformRolePath,
    description: 'Tenantry: removes what a tenant left in this account',
    assumedBy,
  });
  const account = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}`;
  const baseline = [
    `${account}:role${platformRolePath}tenantry-*`,
    `${account}:role/${accessRoleName}`,
    boundaryArn,
    `arn:${Aws.PARTITION}:cloudformation:*:${Aws.ACCOUNT_ID}:stack/${accountStackName}/*`,
  ];
  role.addToPolicy(new PolicyStatement({ sid: 'RemoveResources', actions: TEARDOWN_ACTIONS, resources: ['*'] }));
  role.addToPolicy(
    new PolicyStatement({ sid: 'RemoveIdentities', actions: TEARDOWN_IDENTITY_ACTIONS, resources: ['*'] }),
  );
  role.addToPolicy(
    new PolicyStatement({
      sid: 'KeepTheBaseline',
      effect: Effect.DENY,
      actions: [
        ...TEARDOWN_IDENTITY_ACTIONS.filter((action) => !/:(Get|List)/.test(action)),
        'cloudformation:DeleteStack',
        'cloudformation:UpdateTerminationProtection',
      ],
      resources: baseline,
    }),
  );
  acknowledgeWildcards(role, 'What a tenant leaves can have any name; the baseline is denied.', ['*', ...baseline]);
  return role;
}
