import type { Operation } from '../../kernel/service.ts';
import { arnMember, causeMember, checkInput, errorMember } from '../constraints.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';
import { findExecution } from './find-execution.ts';

/**
 * StopExecution: of an execution that has ended, it is no error and changes nothing.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
 */
export function stopExecution(states: States): Operation {
  return {
    authorize: onResource('StopExecution', 'executionArn'),
    handle(input) {
      checkInput(input, { executionArn: arnMember, error: errorMember, cause: causeMember });
      const execution = findExecution(states, input.executionArn);
      states.engine.stop(execution.arn, input.error, input.cause);
      const stopDate = states.executions.get(execution.arn)?.stopDate ?? states.cloud.clock.now();
      return { stopDate: new Date(stopDate) };
    },
  };
}
