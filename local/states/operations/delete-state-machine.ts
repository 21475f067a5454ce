import type { Operation } from '../../kernel/service.ts';
import { parseArn } from '../arns.ts';
import { arnMember, checkInput } from '../constraints.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';

/** AWS deletes in the background; the name is free only afterwards. Observed as some seconds. */
const DELETION_TIME = 2000;

/**
 * DeleteStateMachine: DELETING at once, its running executions end, then it is gone with versions and aliases.
 * Deleting what does not exist succeeds.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
 */
export function deleteStateMachine(states: States): Operation {
  return {
    authorize: onResource('DeleteStateMachine', 'stateMachineArn'),
    handle(input) {
      checkInput(input, { stateMachineArn: arnMember });
      parseArn(input.stateMachineArn, 'stateMachine');
      const machine = states.machines.get(input.stateMachineArn);
      if (machine?.status === 'ACTIVE') {
        states.machines.put({ ...machine, status: 'DELETING' });
        finishDeletion(states, machine.arn);
      }
      return {};
    },
  };
}

/** Ends what runs and removes the machine a moment later; called again after a restart for every machine in DELETING. */
export function finishDeletion(states: States, arn: string): void {
  const { clock } = states.cloud;
  clock.at(clock.now() + DELETION_TIME, () => {
    for (const execution of states.executions.running(arn)) states.engine.stop(execution);
    states.machines.delete(arn);
  });
}
