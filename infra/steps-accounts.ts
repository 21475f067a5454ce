import { Aws, Duration } from 'aws-cdk-lib';
import { platformRolePath, teardownRoleName } from '../tenancy/names.ts';
import type { StepLambda, StepLambdaProps } from './step-lambda.ts';
import {
  EXECUTIONS_ARE_NAMED_LATER,
  executionsOf,
  machineArn,
  type RegistryRights,
  stateMachineName,
} from './step-rights.ts';
import type { StepsProps } from './steps.ts';

/** Where accounts are vended: known before anything is deployed, since it is in other accounts. */
export interface AccountsWiring {
  readonly managementAccountId: string;
  readonly brokerRoleArn: string;
  /** What the functions present to the broker and to the roles in accounts of tenants. */
  readonly externalId: string;
}

type Make = (id: string, source: string, options?: Partial<StepLambdaProps>) => StepLambda;

export type AccountSteps = ReturnType<typeof createAccountSteps>;

/** The functions that vend, claim, clean and close accounts, each with exactly the rights it needs. */
export function createAccountSteps(
  make: Make,
  props: StepsProps & { accounts: AccountsWiring },
  rights: RegistryRights,
) {
  const registry = { TABLE_NAME: props.table.tableName };
  const broker = {
    ...registry,
    BROKER_ROLE_ARN: props.accounts.brokerRoleArn,
    EXTERNAL_ID: props.accounts.externalId,
    PLATFORM_ACCOUNT_ID: Aws.ACCOUNT_ID,
  };
  const steps = {
    claimAccount: make('ClaimAccount', 'accounts/claim-account', { environment: registry }),
    assignAccount: make('AssignAccount', 'accounts/assign-account', { environment: broker }),
    planAccount: make('PlanAccount', 'accounts/plan-account', { environment: registry }),
    createAccount: make('CreateAccount', 'accounts/create-account', {
      environment: broker,
      timeout: Duration.minutes(1),
    }),
    secureAccount: make('SecureAccount', 'accounts/secure-account', { environment: broker }),
    checkReadiness: make('CheckReadiness', 'accounts/check-readiness', {
      environment: broker,
      timeout: Duration.minutes(2),
    }),
    // Default VPCs are removed in every region.
    applyBaseline: make('ApplyBaseline', 'accounts/apply-baseline', {
      environment: broker,
      timeout: Duration.minutes(5),
    }),
    stockAccount: make('StockAccount', 'accounts/stock-account', { environment: registry }),
    enterGate: make('EnterGate', 'operations/enter-gate', { environment: registry }),
    leaveNamedGate: make('LeaveNamedGate', 'operations/leave-named-gate', { environment: registry }),
    pauseGate: make('PauseGate', 'operations/pause-gate', { environment: registry }),
    replenishPool: make('ReplenishPool', 'accounts/replenish-pool', {
      environment: {
        ...registry,
        VEND_ACCOUNT_ARN: machineArn(props.prefix, 'vend-account'),
        POWERTOOLS_METRICS_NAMESPACE: 'Tenantry',
      },
      timeout: Duration.minutes(2),
      failedEvents: props.undeliverableEvents,
    }),
    beginCleaning: make('BeginCleaning', 'accounts/begin-cleaning', { environment: registry }),
    // One scan looks into every enabled region.
    cleanAccount: make('CleanAccount', 'accounts/clean-account', {
      environment: broker,
      timeout: Duration.minutes(15),
      memoryMiB: 1024,
    }),
    returnAccount: make('ReturnAccount', 'accounts/return-account', { environment: broker }),
    quarantineAccount: make('QuarantineAccount', 'accounts/quarantine-account', { environment: registry }),
    ensureClosed: make('EnsureClosed', 'accounts/ensure-closed', { environment: broker, timeout: Duration.minutes(1) }),
  };
  grantRegistry(steps, rights);
  grantOrganization(steps, props.accounts);
  grantRoles(steps, props.accounts);
  grantReplenishment(steps.replenishPool, props.prefix);
  return steps;
}

function grantRegistry(steps: AccountSteps, rights: RegistryRights): void {
  for (const step of [
    steps.claimAccount,
    steps.planAccount,
    steps.createAccount,
    steps.ensureClosed,
    steps.replenishPool,
  ])
    rights.items(step, 'Get', 'Put', 'Update');
  for (const step of [
    steps.assignAccount,
    steps.secureAccount,
    steps.checkReadiness,
    steps.applyBaseline,
    steps.stockAccount,
    steps.beginCleaning,
    steps.cleanAccount,
    steps.returnAccount,
    steps.quarantineAccount,
  ])
    rights.items(step, 'Get', 'Update');
  for (const step of [steps.claimAccount, steps.replenishPool]) rights.index(step);
  for (const step of [steps.enterGate, steps.leaveNamedGate]) rights.gate(step);
  rights.items(steps.pauseGate, 'Get', 'Put', 'Update', 'Delete');
}

/** By the organization's resource policy; MoveAccount looks at the units and, where it fails, at where the account is. */
function grantOrganization(steps: AccountSteps, { managementAccountId }: AccountsWiring): void {
  const of = (kind: string) => `arn:${Aws.PARTITION}:organizations::${managementAccountId}:${kind}`;
  const account = of('account/o-*/*');
  const places = [of('root/o-*/r-*'), of('ou/o-*/ou-*')];
  const allow = (step: StepLambda, names: string[], resources: string[]) =>
    step.allow(
      names.map((name) => `organizations:${name}`),
      resources,
      { wildcardReason: 'AWS names accounts, units and organizations, and lists of them take no resource.' },
    );
  for (const step of [
    steps.createAccount,
    steps.secureAccount,
    steps.assignAccount,
    steps.cleanAccount,
    steps.returnAccount,
    steps.ensureClosed,
  ]) {
    allow(step, ['ListRoots'], ['*']);
    allow(step, ['ListOrganizationalUnitsForParent'], places);
    allow(step, ['ListParents'], [account]);
  }
  allow(steps.createAccount, ['DescribeCreateAccountStatus', 'ListCreateAccountStatus', 'ListAccounts'], ['*']);
  allow(steps.createAccount, ['ListAccountsForParent'], places);
  allow(steps.createAccount, ['ListTagsForResource'], [account]);
  allow(steps.assignAccount, ['TagResource'], [account]);
  allow(steps.returnAccount, ['UntagResource'], [account]);
  allow(steps.ensureClosed, ['DescribeAccount'], [account]);
  allow(steps.ensureClosed, ['ListAccounts'], ['*']);
}

function grantRoles(steps: AccountSteps, { brokerRoleArn }: AccountsWiring): void {
  for (const step of [
    steps.assignAccount,
    steps.createAccount,
    steps.secureAccount,
    steps.checkReadiness,
    steps.applyBaseline,
    steps.cleanAccount,
    steps.returnAccount,
    steps.ensureClosed,
  ])
    step.allow(['sts:AssumeRole'], [brokerRoleArn]);
  steps.cleanAccount.allow(
    ['sts:AssumeRole'],
    [`arn:${Aws.PARTITION}:iam::*:role${platformRolePath}${teardownRoleName}`],
    { wildcardReason: 'The teardown role of any account that was vended.' },
  );
}

function grantReplenishment(step: StepLambda, prefix: string): void {
  step.allow(['states:StartExecution'], [machineArn(prefix, 'vend-account')]);
  step.allow(['states:DescribeExecution'], [executionsOf(stateMachineName(prefix, 'vend-account'))], {
    wildcardReason: EXECUTIONS_ARE_NAMED_LATER,
  });
}
