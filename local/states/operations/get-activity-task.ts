import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { arnMember, checkInput } from '../constraints.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';
import { findActivity } from './activities.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html */
const POLL_TIME = 60_000;
const MOST_POLLERS = 1000;

/**
 * GetActivityTask: the oldest waiting task, or after a minute of simulated time none (an empty answer).
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
 */
export function getActivityTask(states: States): Operation {
  return {
    authorize: onResource('GetActivityTask', 'activityArn'),
    waits: () => true,
    async handle(input, context) {
      checkInput(input, { activityArn: arnMember, workerName: { type: 'string', min: 1, max: 80 } });
      const activity = findActivity(states, input.activityArn);
      if (states.activities.pollers(activity.arn) >= MOST_POLLERS) {
        throw new AwsError('ActivityWorkerLimitExceeded', 'Activity Worker Limit Exceeded');
      }
      const { clock } = states.cloud;
      const over = new AbortController();
      const timer = clock.at(clock.now() + POLL_TIME, () => over.abort(), { background: true });
      const signal = context.signal ? AbortSignal.any([over.signal, context.signal]) : over.signal;
      const task = await states.activities.take(activity.arn, signal);
      timer.cancel();
      if (!task) return {};
      states.tokens.markTaken(task.taskToken);
      task.report.started(input.workerName === undefined ? {} : { workerName: input.workerName });
      return { taskToken: task.taskToken, input: task.input };
    },
  };
}
