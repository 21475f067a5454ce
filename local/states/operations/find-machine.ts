import { AwsError } from '../../kernel/errors.ts';
import { invalidArn, machineArnOf, parseArn } from '../arns.ts';
import type { Alias, Machine, Revision } from '../records/machines.ts';
import type { States } from '../states.ts';

/** What a state machine ARN, with or without version or alias, stands for. */
export interface Found {
  readonly machine: Machine;
  readonly revisionId: string;
  readonly revision: Revision;
  readonly stateMachineVersionArn?: string;
  readonly stateMachineAliasArn?: string;
}

/** The unqualified state machine. Throws InvalidArn or StateMachineDoesNotExist. */
export function findMachine(states: States, arn: string): Machine {
  const parsed = parseArn(arn, 'stateMachine');
  const machine = states.machines.get(machineArnOf(parsed));
  if (!machine || parsed.parts.length > 1) throw doesNotExist(arn);
  return machine;
}

/** As findMachine, and refuses a machine that is on its way out. Throws StateMachineDeleting. */
export function findActiveMachine(states: States, arn: string): Machine {
  const machine = findMachine(states, arn);
  if (machine.status === 'DELETING') throw deleting(arn);
  return machine;
}

/**
 * The machine, version or alias; an alias is resolved to one of its versions by weight, where `random` is in [0, 1).
 * Throws InvalidArn, StateMachineDoesNotExist.
 */
export function findQualified(states: States, arn: string, random: () => number = Math.random): Found {
  const parsed = parseArn(arn, 'stateMachine');
  const machine = states.machines.get(machineArnOf(parsed));
  if (!machine) throw doesNotExist(arn);
  const qualifier = parsed.parts[1];
  if (qualifier === undefined) {
    return { machine, revisionId: machine.revisionId, revision: states.machines.revision(machine) };
  }
  const version = Object.hasOwn(machine.versions, qualifier) ? machine.versions[qualifier] : undefined;
  if (version) {
    const revision = states.machines.revision(machine, version.revisionId);
    return { machine, revisionId: version.revisionId, revision, stateMachineVersionArn: arn };
  }
  const alias = Object.hasOwn(machine.aliases, qualifier) ? machine.aliases[qualifier] : undefined;
  if (!alias) throw doesNotExist(arn);
  return { ...findQualified(states, chooseVersion(alias, random())), stateMachineAliasArn: arn };
}

function chooseVersion(alias: Alias, random: number): string {
  let rest = random * 100;
  for (const route of alias.routingConfiguration) {
    rest -= route.weight;
    if (rest < 0) return route.stateMachineVersionArn;
  }
  throw invalidArn(`Alias without versions: ${alias.name}`);
}

/** StateMachineDoesNotExist, as Step Functions words it. */
export function doesNotExist(arn: string): AwsError {
  return new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

/** StateMachineDeleting, as Step Functions words it. */
export function deleting(arn: string): AwsError {
  return new AwsError('StateMachineDeleting', `State Machine Deleting: '${arn}'`);
}
