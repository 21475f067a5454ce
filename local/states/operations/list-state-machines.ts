import type { Operation } from '../../kernel/service.ts';
import { checkInput, pageMembers } from '../constraints.ts';
import { pageOf } from '../page-token.ts';
import type { States } from '../states.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html */
export function listStateMachines(states: States): Operation {
  return {
    handle(input, context) {
      checkInput(input, pageMembers);
      const machines = states.machines
        .list()
        .filter((machine) => machine.accountId === context.accountId && machine.arn.split(':')[3] === context.region);
      const { page, nextToken } = pageOf(machines, {
        ...input,
        listing: 'ListStateMachines',
        now: states.cloud.clock.now(),
      });
      return {
        stateMachines: page.map(({ arn, name, type, creationDate }) => ({
          stateMachineArn: arn,
          name,
          type,
          creationDate: new Date(creationDate),
        })),
        ...(nextToken && { nextToken }),
      };
    },
  };
}
