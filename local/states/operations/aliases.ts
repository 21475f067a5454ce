import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../../kernel/errors.ts';
import type { AccessRequest, Operation, OperationInput } from '../../kernel/service.ts';
import { machineArnOf, parseArn } from '../arns.ts';
import { arnMember, checkInput, pageMembers } from '../constraints.ts';
import { pageOf } from '../page-token.ts';
import type { Alias, Machine } from '../records/machines.ts';
import type { States } from '../states.ts';
import { onResource, resourceOf } from './access.ts';
import { checkRouting } from './alias-routing.ts';
import { deleting, findMachine } from './find-machine.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-versions-aliases */
const MOST_ALIASES = 100;

/** CreateStateMachineAlias, idempotent. https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html */
export function createStateMachineAlias(states: States): Operation {
  return {
    authorize: (input) => [{ action: 'states:CreateStateMachineAlias', ...routedMachine(input) }],
    handle(input) {
      checkInput(input, {
        // The pattern of the service model: at least one character that is no digit.
        name: { type: 'string', required: true, min: 1, max: 80, pattern: /^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]+$/ },
        description: { type: 'string', max: 256 },
        routingConfiguration: { type: 'list', required: true },
      });
      const { machine, routing } = checkRouting(states, input.routingConfiguration);
      if (machine.status === 'DELETING') throw deleting(machine.arn);
      const existing = Object.hasOwn(machine.aliases, input.name) ? machine.aliases[input.name] : undefined;
      const description = input.description;
      if (existing) {
        if (!isDeepStrictEqual(existing.routingConfiguration, routing) || existing.description !== description) {
          throw new AwsError(
            'ConflictException',
            'Failed to create alias because an alias with the same name and a different routing configuration already exists.',
            { status: 409 },
          );
        }
        return created(machine, existing);
      }
      if (Object.keys(machine.aliases).length >= MOST_ALIASES) {
        throw new AwsError('ServiceQuotaExceededException', `Number of aliases exceeds the limit of ${MOST_ALIASES}.`, {
          status: 402,
        });
      }
      const now = states.cloud.clock.now();
      const alias: Alias = {
        name: input.name,
        routingConfiguration: routing,
        creationDate: now,
        updateDate: now,
        ...(description !== undefined && { description }),
      };
      save(states, machine, alias);
      return created(machine, alias);
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachineAlias.html */
export function updateStateMachineAlias(states: States): Operation {
  return {
    authorize: onResource('UpdateStateMachineAlias', 'stateMachineAliasArn'),
    handle(input) {
      checkInput(input, {
        stateMachineAliasArn: arnMember,
        description: { type: 'string', max: 256 },
        routingConfiguration: { type: 'list' },
      });
      if (input.description === undefined && input.routingConfiguration === undefined) {
        throw new AwsError(
          'ValidationException',
          'Either the description or the RoutingConfiguration must be specified',
        );
      }
      const { machine, alias } = findAlias(states, input.stateMachineAliasArn);
      if (machine.status === 'DELETING') throw deleting(machine.arn);
      const routed = input.routingConfiguration && checkRouting(states, input.routingConfiguration);
      if (routed && routed.machine.arn !== machine.arn) {
        throw new AwsError('ValidationException', 'Routing configuration must contain versions of the same machine.');
      }
      const updateDate = states.cloud.clock.now();
      save(states, machine, {
        ...alias,
        updateDate,
        ...(routed && { routingConfiguration: routed.routing }),
        ...(input.description !== undefined && { description: input.description }),
      });
      return { updateDate: new Date(updateDate) };
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineAlias.html */
export function describeStateMachineAlias(states: States): Operation {
  return {
    authorize: onResource('DescribeStateMachineAlias', 'stateMachineAliasArn'),
    handle(input) {
      checkInput(input, { stateMachineAliasArn: arnMember });
      const { alias } = findAlias(states, input.stateMachineAliasArn);
      return {
        stateMachineAliasArn: input.stateMachineAliasArn,
        ...alias,
        creationDate: new Date(alias.creationDate),
        updateDate: new Date(alias.updateDate),
      };
    },
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineAlias.html */
export function deleteStateMachineAlias(states: States): Operation {
  return {
    authorize: onResource('DeleteStateMachineAlias', 'stateMachineAliasArn'),
    handle(input) {
      checkInput(input, { stateMachineAliasArn: arnMember });
      const { machine, alias } = findAlias(states, input.stateMachineAliasArn);
      const { [alias.name]: _deleted, ...aliases } = machine.aliases;
      states.machines.put({ ...machine, aliases });
      return {};
    },
  };
}

/** Of a machine, or of those aliases that route to one of its versions. https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineAliases.html */
export function listStateMachineAliases(states: States): Operation {
  return {
    authorize: onResource('ListStateMachineAliases', 'stateMachineArn'),
    handle(input) {
      checkInput(input, { stateMachineArn: arnMember, ...pageMembers });
      const parsed = parseArn(input.stateMachineArn, 'stateMachine');
      const machine = findMachine(states, machineArnOf(parsed));
      const aliases = Object.values(machine.aliases)
        .filter(
          ({ routingConfiguration }) =>
            parsed.parts.length === 1 ||
            routingConfiguration.some(({ stateMachineVersionArn: arn }) => arn === input.stateMachineArn),
        )
        .sort((a, b) => a.creationDate - b.creationDate);
      const listing = `ListStateMachineAliases ${input.stateMachineArn}`;
      const { page, nextToken } = pageOf(aliases, { ...input, listing, now: states.cloud.clock.now() });
      return { stateMachineAliases: page.map((alias) => created(machine, alias)), ...(nextToken && { nextToken }) };
    },
  };
}

function findAlias(states: States, arn: string): { machine: Machine; alias: Alias } {
  const parsed = parseArn(arn, 'stateMachine');
  const machine = states.machines.get(machineArnOf(parsed));
  const name = parsed.parts[1] ?? '';
  const alias = machine && Object.hasOwn(machine.aliases, name) ? machine.aliases[name] : undefined;
  if (!machine || !alias) {
    throw new AwsError('ResourceNotFound', 'Request references a resource that does not exist.', {
      fields: { resourceName: arn },
    });
  }
  return { machine, alias };
}

function save(states: States, machine: Machine, alias: Alias): void {
  states.machines.put({ ...machine, aliases: { ...machine.aliases, [alias.name]: alias } });
}

function created(machine: Machine, alias: Alias) {
  return { stateMachineAliasArn: `${machine.arn}:${alias.name}`, creationDate: new Date(alias.creationDate) };
}

/** An alias is created on the machine whose versions it routes to. */
function routedMachine(input: OperationInput): Pick<AccessRequest, 'resource' | 'resourceAccountId'> {
  const arn: unknown = input.routingConfiguration?.[0]?.stateMachineVersionArn;
  return typeof arn === 'string' ? resourceOf(arn.split(':').slice(0, 7).join(':')) : { resource: '*' };
}
