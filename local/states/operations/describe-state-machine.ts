import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { machineArnOf, parseArn } from '../arns.ts';
import { arnMember, checkInput, includedDataMember } from '../constraints.ts';
import type { States } from '../states.ts';
import { onResource } from './access.ts';
import { findQualified } from './find-machine.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html */
export function describeStateMachine(states: States): Operation {
  return {
    authorize: onResource('DescribeStateMachine', 'stateMachineArn'),
    handle(input) {
      checkInput(input, { stateMachineArn: arnMember, includedData: includedDataMember });
      const found = findQualified(states, input.stateMachineArn);
      const { machine, revision, revisionId } = found;
      const version = found.stateMachineVersionArn?.split(':').at(-1) ?? '';
      const published = Object.hasOwn(machine.versions, version) ? machine.versions[version] : undefined;
      return {
        stateMachineArn: input.stateMachineArn,
        name: machine.name,
        status: machine.status,
        definition: input.includedData === 'METADATA_ONLY' ? '' : revision.definition,
        roleArn: revision.roleArn,
        type: machine.type,
        creationDate: new Date(published?.creationDate ?? machine.creationDate),
        loggingConfiguration: revision.loggingConfiguration,
        tracingConfiguration: revision.tracingConfiguration,
        encryptionConfiguration: revision.encryptionConfiguration ?? { type: 'AWS_OWNED_KEY' },
        ...(revisionId !== 'INITIAL' && { revisionId }),
        ...(published?.description !== undefined && { description: published.description }),
      };
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html */
export function describeStateMachineForExecution(states: States): Operation {
  return {
    authorize: onResource('DescribeStateMachineForExecution', 'executionArn'),
    handle(input) {
      checkInput(input, { executionArn: arnMember, includedData: includedDataMember });
      parseArn(input.executionArn, 'execution');
      const execution = states.executions.get(input.executionArn);
      const machineArn = execution && machineArnOf(parseArn(execution.stateMachineArn, 'stateMachine'));
      const machine = machineArn ? states.machines.get(machineArn) : undefined;
      if (!execution || !machine) {
        throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${input.executionArn}'`);
      }
      const revision = states.machines.revision(machine, execution.revisionId);
      return {
        stateMachineArn: execution.stateMachineArn,
        name: machine.name,
        definition: input.includedData === 'METADATA_ONLY' ? '' : revision.definition,
        roleArn: revision.roleArn,
        updateDate: new Date(revision.updateDate),
        loggingConfiguration: revision.loggingConfiguration,
        tracingConfiguration: revision.tracingConfiguration,
        encryptionConfiguration: revision.encryptionConfiguration ?? { type: 'AWS_OWNED_KEY' },
        ...(execution.revisionId !== 'INITIAL' && { revisionId: execution.revisionId }),
        ...(execution.mapRunArn && { mapRunArn: execution.mapRunArn }),
      };
    },
  };
}
