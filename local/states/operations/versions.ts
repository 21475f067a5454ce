import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { invalidArn, machineArnOf, parseArn } from '../arns.ts';
import { arnMember, checkInput, pageMembers } from '../constraints.ts';
import { pageOf } from '../page-token.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';
import { findMachine } from './find-machine.ts';

/**
 * DeleteStateMachineVersion: refused while an alias routes to it; deleting what does not exist succeeds.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineVersion.html
 */
export function deleteStateMachineVersion(states: States): Operation {
  return {
    authorize: onResource('DeleteStateMachineVersion', 'stateMachineVersionArn'),
    handle(input) {
      checkInput(input, { stateMachineVersionArn: { ...arnMember, max: 2000 } });
      const arn: string = input.stateMachineVersionArn;
      const parsed = parseArn(arn, 'stateMachine');
      const number = parsed.parts[1] ?? '';
      if (!/^\d+$/.test(number)) throw invalidArn(`Not a state machine version: ${arn}`);
      const machine = states.machines.get(machineArnOf(parsed));
      if (!machine || !Object.hasOwn(machine.versions, number)) return {};
      const routing = Object.values(machine.aliases)
        .filter(({ routingConfiguration }) =>
          routingConfiguration.some(({ stateMachineVersionArn }) => stateMachineVersionArn === arn),
        )
        .map(({ name }) => name);
      if (routing.length > 0) {
        throw new AwsError(
          'ConflictException',
          `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${routing.join(', ')}]`,
          { status: 409 },
        );
      }
      const { [number]: _deleted, ...versions } = machine.versions;
      states.machines.put({ ...machine, versions });
      return {};
    },
  };
}

/** Newest first. https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html */
export function listStateMachineVersions(states: States): Operation {
  return {
    authorize: onResource('ListStateMachineVersions', 'stateMachineArn'),
    handle(input) {
      checkInput(input, { stateMachineArn: arnMember, ...pageMembers });
      const machine = findMachine(states, input.stateMachineArn);
      const versions = Object.entries(machine.versions).sort(([a], [b]) => Number(b) - Number(a));
      const { page, nextToken } = pageOf(versions, {
        ...input,
        listing: `ListStateMachineVersions ${machine.arn}`,
        now: states.cloud.clock.now(),
      });
      return {
        stateMachineVersions: page.map(([number, { creationDate }]) => ({
          stateMachineVersionArn: `${machine.arn}:${number}`,
          creationDate: new Date(creationDate),
        })),
        ...(nextToken && { nextToken }),
      };
    },
  };
}
