import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { arnMember, checkInput } from '../constraints.ts';
import { notRedrivableReason } from '../redrive-eligibility.ts';
import type { States } from '../states.ts';
import { statusChanged } from '../status-events.ts';
import { onResource } from './access.ts';
import { findExecution } from './find-execution.ts';

/** A repetition with the same client token is the same request for that long. */
const TOKEN_KEPT = 15 * 60 * 1000;

/**
 * RedriveExecution: goes on at the states that were entered and not left.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
 */
export function redriveExecution(states: States): Operation {
  return {
    authorize: onResource('RedriveExecution', 'executionArn'),
    handle(input) {
      checkInput(input, {
        executionArn: arnMember,
        clientToken: { type: 'string', min: 1, max: 64, pattern: /^[!-~]+$/ },
      });
      const execution = findExecution(states, input.executionArn);
      const now = states.cloud.clock.now();
      const { redriveDate, redriveToken } = execution;
      if (input.clientToken && redriveToken === input.clientToken && now - (redriveDate ?? 0) <= TOKEN_KEPT) {
        return { redriveDate: new Date(redriveDate ?? now) };
      }
      const reason = notRedrivableReason(states, execution);
      if (reason !== undefined) throw new AwsError('ExecutionNotRedrivable', reason);
      states.cloud.store.transaction(() => {
        states.executions.redrive(execution.arn, execution.redriveCount + 1, now, input.clientToken);
        states.engine.redrive(execution.arn, execution.redriveCount + 1);
      });
      statusChanged(states, { ...execution, executionArn: execution.arn, status: 'RUNNING' });
      return { redriveDate: new Date(now) };
    },
  };
}
