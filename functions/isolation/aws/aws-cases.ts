import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { LeaveOrganizationCommand } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import {
  accountStackName,
  operatorRoleName,
  type Placed,
  platformRoleArn,
  platformRolePath,
  tenantRoleName,
} from '../../../tenancy/names.ts';
import type { AwsCase, AwsControl } from './aws-case.ts';

/** A role that is none of the tenant's business, with what whoever assumes it presents: an external id is no secret. */
export interface ForeignRole {
  readonly name: string;
  readonly roleArn: string;
  readonly externalId?: string;
}

/** Who is put to the proof in AWS. */
export interface AwsSubject extends Placed {
  readonly accountId: string;
  readonly foreignRoles: readonly ForeignRole[];
  /** Set where the account is the tenant's own: name of its permissions boundary. */
  readonly ownAccount?: { readonly boundaryName: string };
}

/** Every case of the proof in AWS, in the order of the report. */
export function awsCases(subject: AwsSubject): AwsCase[] {
  const { accountId } = subject;
  return [
    {
      name: 'account: own identity',
      control: { kind: 'identity', accountId, roleName: tenantRoleName(subject) },
      call: ({ sts }) => sts.send(new GetCallerIdentityCommand({})),
    },
    ...subject.foreignRoles.map(entering),
    ...(subject.ownAccount ? ownAccountCases(subject, subject.ownAccount.boundaryName) : []),
  ];
}

function entering({ name, roleArn, externalId }: ForeignRole): AwsCase {
  return {
    name: `account: enter ${name}`,
    control: { kind: 'trust policy', roleArn },
    call: ({ sts }) =>
      sts.send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName: 'isolation-proof',
          DurationSeconds: 900,
          ...(externalId !== undefined && { ExternalId: externalId }),
        }),
      ),
  };
}

const denied = (action: string): AwsControl => ({ kind: 'service control policy', action });

function ownAccountCases(subject: AwsSubject, boundaryName: string): AwsCase[] {
  return [
    {
      name: 'organization: leave it',
      control: { kind: 'service control policy', action: 'organizations:LeaveOrganization', silent: true },
      call: ({ organizations }) => organizations.send(new LeaveOrganizationCommand({})),
    },
    ...baselineCases(subject.accountId, boundaryName),
    {
      name: 'baseline: drop the own boundary',
      control: denied('iam:DeleteRolePermissionsBoundary'),
      call: ({ iam }) => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: tenantRoleName(subject) })),
    },
    {
      name: 'region: work outside the allowed ones',
      control: denied('dynamodb:ListTables'),
      call: ({ elsewhere }) => elsewhere.send(new ListTablesCommand({ Limit: 1 })),
    },
  ];
}

/**
 * There are no dry runs here, so each is chosen such that IAM or CloudFormation refuses it even where no fence does: a role
 * with policies, a policy that is in use, a principal that does not exist, an option that the stack's state does not allow.
 * The inline policy of that one case allows nothing.
 */
function baselineCases(accountId: string, boundaryName: string): AwsCase[] {
  const RoleName = operatorRoleName;
  const nobody = `arn:aws:iam::${accountId}:role${platformRolePath}nobody`;
  return [
    {
      name: 'baseline: delete the operator',
      control: denied('iam:DeleteRole'),
      call: ({ iam }) => iam.send(new DeleteRoleCommand({ RoleName })),
    },
    {
      name: 'baseline: take over the operator',
      control: denied('iam:UpdateAssumeRolePolicy'),
      call: ({ iam }) => {
        const PolicyDocument = document({ Effect: 'Allow', Principal: { AWS: nobody }, Action: 'sts:AssumeRole' });
        return iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
      },
    },
    {
      name: 'baseline: change what the operator may do',
      control: denied('iam:PutRolePolicy'),
      call: ({ iam }) => {
        const PolicyDocument = document({ Effect: 'Deny', Action: 'iam:GetAccountName', Resource: nobody });
        return iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'isolation-proof', PolicyDocument }));
      },
    },
    {
      name: 'baseline: delete the boundary',
      control: denied('iam:DeletePolicy'),
      call: ({ iam }) =>
        iam.send(new DeletePolicyCommand({ PolicyArn: `arn:aws:iam::${accountId}:policy/${boundaryName}` })),
    },
    {
      name: 'baseline: delete its stack',
      control: denied('cloudformation:DeleteStack'),
      call: ({ cloudformation }) =>
        // Only a stack whose deletion failed takes this option.
        cloudformation.send(new DeleteStackCommand({ StackName: accountStackName, RetainResources: ['Nothing'] })),
    },
  ];
}

function document(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

/** The roles by which a neighbour's account could be entered. */
export function rolesOfAccount(
  accountId: string,
  tenantRoleArn: string,
  externalIds: Record<'tenant' | 'operator', string>,
) {
  return [
    { name: "another tenant's account as the tenant", roleArn: tenantRoleArn, externalId: externalIds.tenant },
    {
      name: "another tenant's account as the operator",
      roleArn: platformRoleArn(accountId, operatorRoleName),
      externalId: externalIds.operator,
    },
  ];
}
