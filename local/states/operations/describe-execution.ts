import type { Operation } from '../../kernel/service.ts';
import { arnMember, checkInput, includedDataMember } from '../constraints.ts';
import { redriveMembers } from '../redrive-eligibility.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';
import { findExecution } from './find-execution.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html */
export function describeExecution(states: States): Operation {
  return {
    authorize: onResource('DescribeExecution', 'executionArn'),
    handle(input) {
      checkInput(input, { executionArn: arnMember, includedData: includedDataMember });
      const execution = findExecution(states, input.executionArn);
      const included = input.includedData !== 'METADATA_ONLY';
      return {
        executionArn: execution.arn,
        stateMachineArn: execution.stateMachineArn,
        name: execution.name,
        status: execution.status,
        startDate: new Date(execution.startDate),
        ...(execution.stopDate !== undefined && { stopDate: new Date(execution.stopDate) }),
        ...(included && { input: execution.input }),
        inputDetails: { included },
        ...(execution.output !== undefined && included && { output: execution.output }),
        ...(execution.output !== undefined && { outputDetails: { included } }),
        ...(execution.traceHeader && { traceHeader: execution.traceHeader }),
        ...(execution.mapRunArn && { mapRunArn: execution.mapRunArn }),
        ...(included && execution.error !== undefined && { error: execution.error }),
        ...(included && execution.cause !== undefined && { cause: execution.cause }),
        ...(execution.stateMachineVersionArn && { stateMachineVersionArn: execution.stateMachineVersionArn }),
        ...(execution.stateMachineAliasArn && { stateMachineAliasArn: execution.stateMachineAliasArn }),
        ...redriveMembers(states, execution),
      };
    },
  };
}
