import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../../kernel/service.ts';
import { statesArn } from '../arns.ts';
import { arnMember, checkInput, checkName, definitionMember, nameMember } from '../constraints.ts';
import { checkDefinition } from '../definition/check-definition.ts';
import type { Machine, Revision } from '../records/machines.ts';
import type { States } from '../states.ts';
import { passRole } from './access.ts';
import { checkRole, encryptionOf, loggingOf, tracingOf } from './configuration.ts';
import { deleting } from './find-machine.ts';
import { publishVersion } from './publish-version.ts';
import { tagsOf } from './tags.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-accounts */
const MOST_MACHINES = 100_000;

/**
 * CreateStateMachine: idempotent for the same name, definition, type, logging, tracing and encryption; role and tags
 * of a repetition are ignored.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
 */
export function createStateMachine(states: States): Operation {
  return {
    authorize: (input, context) => [
      { action: 'states:CreateStateMachine', resource: arnFor(input, context) },
      ...passRole(input.roleArn),
    ],
    handle(input, context) {
      checkInput(input, {
        name: { ...nameMember, required: true },
        definition: { ...definitionMember, required: true },
        roleArn: arnMember,
        type: { type: 'string', values: ['STANDARD', 'EXPRESS'] },
        publish: { type: 'boolean' },
        versionDescription: { type: 'string', max: 256 },
        tags: { type: 'list' },
      });
      checkName(input.name);
      if (input.versionDescription !== undefined && input.publish !== true) {
        throw new AwsError('ValidationException', 'Version description can only be set when publish is true');
      }
      const type = input.type ?? 'STANDARD';
      const revision = revisionOf(input, states.cloud.clock.now());
      const arn = arnFor(input, context);
      const existing = states.machines.get(arn);
      if (existing) return repeat(states, existing, type, revision, input);
      checkDefinition(input.definition, type);
      checkRole(states, arn, revision, context);
      if (states.machines.list().length >= MOST_MACHINES) {
        throw new AwsError('StateMachineLimitExceeded', `State Machine Limit Exceeded: '${MOST_MACHINES}'`);
      }
      const machine = newMachine(arn, input, context, type, revision);
      states.cloud.store.transaction(() => {
        states.machines.putRevision(arn, machine.revisionId, revision);
        states.machines.put(machine);
      });
      return created(states, machine, input);
    },
  };
}

function arnFor(input: OperationInput, context: RequestContext): string {
  return statesArn(context.region, context.accountId, 'stateMachine', String(input.name));
}

function revisionOf(input: OperationInput, now: number): Revision {
  return {
    definition: input.definition,
    roleArn: input.roleArn,
    loggingConfiguration: loggingOf(input.loggingConfiguration),
    tracingConfiguration: tracingOf(input.tracingConfiguration),
    encryptionConfiguration: encryptionOf(input.encryptionConfiguration),
    updateDate: now,
  };
}

function newMachine(
  arn: string,
  input: OperationInput,
  context: RequestContext,
  type: Machine['type'],
  revision: Revision,
): Machine {
  return {
    arn,
    name: input.name,
    accountId: context.accountId,
    type,
    status: 'ACTIVE',
    creationDate: revision.updateDate,
    revisionId: 'INITIAL',
    lastVersion: 0,
    versions: {},
    aliases: {},
    tags: tagsOf(input.tags),
  };
}

function repeat(
  states: States,
  existing: Machine,
  type: Machine['type'],
  revision: Revision,
  input: OperationInput,
): unknown {
  if (existing.status === 'DELETING') throw deleting(existing.arn);
  const current = states.machines.revision(existing);
  const asked = { ...revision, roleArn: current.roleArn, updateDate: current.updateDate };
  // What went through JSON has no undefined members.
  const same = isDeepStrictEqual(JSON.parse(JSON.stringify(asked)), JSON.parse(JSON.stringify(current)));
  if (existing.type !== type || !same) {
    throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${existing.arn}'`);
  }
  return created(states, existing, input);
}

function created(states: States, machine: Machine, input: OperationInput): unknown {
  const version = input.publish === true ? publishVersion(states, machine, input.versionDescription) : undefined;
  return {
    stateMachineArn: machine.arn,
    creationDate: new Date(machine.creationDate),
    ...(version && { stateMachineVersionArn: version.arn }),
  };
}
