import { Aws } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { StepLambda } from './step-lambda.ts';
import type { StepsProps } from './steps.ts';

/** ARN of a state machine by its name, for where the machine itself would be a circular reference. */
export function machineArn(prefix: string, workflow: string): string {
  return `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:${stateMachineName(prefix, workflow)}`;
}

/** Name of a workflow's state machine. */
export function stateMachineName(prefix: string, workflow: string): string {
  return `${prefix}-${workflow}`;
}

/** ARN of a role of the product by its path: in this account, and where accounts are vended in any of those. */
export function roleArn({ accounts }: Pick<StepsProps, 'accounts'>, path: string): string {
  return `arn:${Aws.PARTITION}:iam::${accounts ? '*' : Aws.ACCOUNT_ID}:role${path}`;
}

/** ARN pattern of all executions of a state machine. */
export function executionsOf(name: string): string {
  return `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:execution:${name}:*`;
}

/**
 * Use of the key of the exports, by way of S3 alone: what leaves the key is data keys of objects that S3 keeps.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function useExportsKey(
  step: StepLambda,
  { exportsKey }: Pick<StepsProps, 'exportsKey'>,
  ...uses: KeyUse[]
): void {
  step.allow(
    uses.map((use) => `kms:${use}`),
    [exportsKey.keyArn],
    { conditions: { StringEquals: { 'kms:ViaService': `s3.${Aws.REGION}.amazonaws.com` } } },
  );
}

type KeyUse = 'Decrypt' | 'GenerateDataKey';

export const EXECUTIONS_ARE_NAMED_LATER = 'Executions are named when they start.';

type ItemAction = 'Get' | 'Put' | 'Update' | 'Delete';

/** Rights to the registry's table, as the steps need them. */
export interface RegistryRights {
  /** Single items: GetItem, PutItem and so on. */
  items(step: StepLambda, ...actions: ItemAction[]): void;
  /** The items of one partition: a tenant's ledger, a gate's queue. */
  partition(step: StepLambda): void;
  /** The index that lists by kind and state. */
  index(step: StepLambda): void;
  /** Waking who waits with a task token. */
  wake(step: StepLambda): void;
  /** All of a gate, and waking who waits at it. */
  gate(step: StepLambda): void;
}

export function registryRights(table: TableV2): RegistryRights {
  const items: RegistryRights['items'] = (step, ...actions) =>
    step.allow(
      actions.map((action) => `dynamodb:${action}Item`),
      [table.tableArn],
    );
  const partition: RegistryRights['partition'] = (step) => step.allow(['dynamodb:Query'], [table.tableArn]);
  const wake: RegistryRights['wake'] = (step) =>
    // Step Functions knows task tokens by no ARN: the state machine is what can be named.
    step.allow(
      ['states:SendTaskSuccess'],
      [`arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:*`],
      { wildcardReason: 'A task token belongs to any execution that waits.' },
    );
  return {
    items,
    partition,
    wake,
    index: (step) => step.allow(['dynamodb:Query'], [`${table.tableArn}/index/by-entity`]),
    gate(step) {
      items(step, 'Get', 'Put', 'Update', 'Delete');
      partition(step);
      wake(step);
    },
  };
}
