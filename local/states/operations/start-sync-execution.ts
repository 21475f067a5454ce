import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { checkInput, includedDataMember } from '../constraints.ts';
import type { ExecutionOutcome, ExecutionStart } from '../engine/contract.ts';
import type { States } from '../states.ts';
import { onMachine, prepareStart, startConstraints } from './start-execution.ts';

/**
 * StartSyncExecution: runs an EXPRESS machine to its end and answers with its outcome.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
 */
export function startSyncExecution(states: States): Operation {
  return {
    authorize: (input) => onMachine('StartSyncExecution', input),
    waits: () => true,
    async handle(input) {
      checkInput(input, { ...startConstraints, includedData: includedDataMember });
      const { found, ...start } = prepareStart(states, input);
      if (found.machine.type !== 'EXPRESS') {
        throw new AwsError(
          'StateMachineTypeNotSupported',
          'This operation is not supported by this type of state machine',
        );
      }
      const outcome = await new Promise<ExecutionOutcome>((resolve) => {
        states.endings.when(start.executionArn, resolve);
        states.engine.start(start);
      });
      return result(start, outcome, input.includedData !== 'METADATA_ONLY');
    },
  };
}

function result(start: ExecutionStart, outcome: ExecutionOutcome, included: boolean) {
  // Express is billed by 100 ms and 64 MB. https://aws.amazon.com/step-functions/pricing/
  const billed = Math.max(100, Math.ceil((outcome.stopTime - start.startTime) / 100) * 100);
  return {
    executionArn: start.executionArn,
    stateMachineArn: start.stateMachineArn,
    name: start.name,
    startDate: new Date(start.startTime),
    stopDate: new Date(outcome.stopTime),
    status: outcome.status === 'ABORTED' ? 'FAILED' : outcome.status,
    ...(included && { input: start.input }),
    inputDetails: { included },
    ...(outcome.output !== undefined && included && { output: outcome.output }),
    ...(outcome.output !== undefined && { outputDetails: { included } }),
    ...(included && outcome.error !== undefined && { error: outcome.error }),
    ...(included && outcome.cause !== undefined && { cause: outcome.cause }),
    ...(start.traceHeader && { traceHeader: start.traceHeader }),
    billingDetails: { billedMemoryUsedInMB: 64, billedDurationInMilliseconds: billed },
  };
}
