import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { arnMember, checkInput } from '../constraints.ts';
import type { Machine, Version } from '../records/machines.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';
import { findActiveMachine } from './find-machine.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-versions-aliases */
const MOST_VERSIONS = 1000;

/**
 * The version of the machine's current revision: the one published before, or a new one.
 * Throws ServiceQuotaExceededException.
 */
export function publishVersion(states: States, machine: Machine, description?: string): { arn: string } & Version {
  for (const [number, version] of Object.entries(machine.versions)) {
    if (version.revisionId === machine.revisionId) return { arn: `${machine.arn}:${number}`, ...version };
  }
  if (Object.keys(machine.versions).length >= MOST_VERSIONS) {
    throw new AwsError(
      'ServiceQuotaExceededException',
      `Number of versions exceeds the limit of ${MOST_VERSIONS} for state machine '${machine.arn}'.`,
      { status: 402 },
    );
  }
  const number = machine.lastVersion + 1;
  const version: Version = {
    revisionId: machine.revisionId,
    creationDate: states.cloud.clock.now(),
    ...(description !== undefined && { description }),
  };
  states.machines.put({ ...machine, lastVersion: number, versions: { ...machine.versions, [number]: version } });
  return { arn: `${machine.arn}:${number}`, ...version };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html */
export function publishStateMachineVersion(states: States): Operation {
  return {
    authorize: onResource('PublishStateMachineVersion', 'stateMachineArn'),
    handle(input) {
      checkInput(input, {
        stateMachineArn: arnMember,
        revisionId: { type: 'string' },
        description: { type: 'string', max: 256 },
      });
      const machine = findActiveMachine(states, input.stateMachineArn);
      if (input.revisionId !== undefined && input.revisionId !== machine.revisionId) {
        throw new AwsError(
          'ConflictException',
          `Failed to publish the State Machine version for revision ${input.revisionId}. The current State Machine revision is ${machine.revisionId}.`,
          { status: 409 },
        );
      }
      const version = publishVersion(states, machine, input.description);
      return { stateMachineVersionArn: version.arn, creationDate: new Date(version.creationDate) };
    },
  };
}
