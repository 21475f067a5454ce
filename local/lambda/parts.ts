import type { AccessRequest, Cloud, OperationInput, RequestContext } from '../kernel/service.ts';
import { functionArn, parseFunctionRef } from './arn.ts';
import type { ConcurrencyLimit } from './concurrency.ts';
import type { FunctionStore } from './function-store.ts';
import type { Invoker } from './invoker.ts';

/** What the operations of this service share. */
export interface LambdaParts {
  readonly cloud: Cloud;
  readonly functions: FunctionStore;
  readonly invoker: Invoker;
  /** Simulated milliseconds a new or changed function stays Pending or InProgress. */
  readonly activationMilliseconds: number;
  /** Concurrent executions of one account and region. */
  readonly accountConcurrency: ConcurrencyLimit;
  readonly prewarm: boolean;
}

/** The IAM check of an operation on one function: `action` on its ARN, with its resource policy when it has one. */
export function onFunction(action: string, functions: FunctionStore) {
  return (input: OperationInput, context: RequestContext): AccessRequest[] => {
    const ref = parseFunctionRef(input.FunctionName, input.Qualifier, context);
    const record = functions.find(ref);
    const statements = (record?.statements ?? []).filter((entry) => entry.qualifier === (ref.qualifier ?? ''));
    return [
      {
        action,
        resource: functionArn(ref),
        resourceAccountId: ref.accountId,
        ...(statements.length > 0 && {
          resourcePolicy: JSON.stringify({
            Version: '2012-10-17',
            Statement: statements.map((entry) => entry.statement),
          }),
        }),
      },
    ];
  };
}
