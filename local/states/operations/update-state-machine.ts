import { randomUUID } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation, OperationInput } from '../../kernel/service.ts';
import { arnMember, checkInput, definitionMember } from '../constraints.ts';
import { checkDefinition } from '../definition/check-definition.ts';
import type { Machine, Revision } from '../records/machines.ts';
import type { States } from '../states.ts';
import { onResource, passRole } from './access.ts';
import { checkRole, encryptionOf, loggingOf, tracingOf } from './configuration.ts';
import { findActiveMachine } from './find-machine.ts';
import { publishVersion } from './publish-version.ts';

const CHANGEABLE = ['definition', 'roleArn', 'loggingConfiguration', 'tracingConfiguration', 'encryptionConfiguration'];

/**
 * UpdateStateMachine: running executions keep what they were started with.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
 */
export function updateStateMachine(states: States): Operation {
  return {
    authorize: (input, context) => [
      ...onResource('UpdateStateMachine', 'stateMachineArn')(input, context),
      ...passRole(input.roleArn),
    ],
    handle(input, context) {
      checkInput(input, {
        stateMachineArn: arnMember,
        definition: definitionMember,
        roleArn: { ...arnMember, required: false },
        publish: { type: 'boolean' },
        versionDescription: { type: 'string', max: 256 },
      });
      checkChanges(input);
      let machine = findActiveMachine(states, input.stateMachineArn);
      const current = states.machines.revision(machine);
      const next = changed(current, input, states.cloud.clock.now());
      if (input.definition !== undefined) checkDefinition(next.definition, machine.type);
      if (input.roleArn !== undefined || input.definition !== undefined) {
        checkRole(states, machine.arn, next, context);
      }
      machine = save(states, machine, next);
      const version = input.publish === true ? publishVersion(states, machine, input.versionDescription) : undefined;
      return {
        updateDate: new Date(next.updateDate),
        revisionId: machine.revisionId,
        ...(version && { stateMachineVersionArn: version.arn }),
      };
    },
  };
}

function checkChanges(input: OperationInput): void {
  if (input.versionDescription !== undefined && input.publish !== true) {
    throw new AwsError('ValidationException', 'Version description can only be set when publish is true');
  }
  if (CHANGEABLE.every((member) => input[member] === undefined || input[member] === null)) {
    throw new AwsError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    );
  }
}

function changed(current: Revision, input: OperationInput, now: number): Revision {
  return {
    definition: input.definition ?? current.definition,
    roleArn: input.roleArn ?? current.roleArn,
    loggingConfiguration: input.loggingConfiguration
      ? loggingOf(input.loggingConfiguration)
      : current.loggingConfiguration,
    tracingConfiguration: input.tracingConfiguration
      ? tracingOf(input.tracingConfiguration)
      : current.tracingConfiguration,
    encryptionConfiguration: input.encryptionConfiguration
      ? encryptionOf(input.encryptionConfiguration)
      : current.encryptionConfiguration,
    updateDate: now,
  };
}

function save(states: States, machine: Machine, next: Revision): Machine {
  const updated: Machine = { ...machine, revisionId: randomUUID() };
  states.cloud.store.transaction(() => {
    states.machines.putRevision(machine.arn, updated.revisionId, next);
    states.machines.put(updated);
  });
  return updated;
}
