import { AwsError } from '../../kernel/errors.ts';
import { machineArnOf, parseArn } from '../arns.ts';
import { checkInput } from '../constraints.ts';
import type { Alias, Machine } from '../records/machines.ts';
import type { States } from '../states.ts';

type Routing = Alias['routingConfiguration'];

/**
 * The machine that the versions of a routing configuration belong to. Throws ValidationException for weights that do
 * not add up to 100, versions given twice, of several machines, or unknown.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html
 */
export function checkRouting(states: States, given: unknown): { machine: Machine; routing: Routing } {
  const routing = given as Routing;
  const shown = `[${routing.map(({ stateMachineVersionArn: arn, weight }) => `RoutingConfigurationListItem(stateMachineVersionArn=${arn}, weight=${weight})`).join(', ')}]`;
  if (routing.length < 1 || routing.length > 2) {
    const bound = routing.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 2';
    throw invalid(
      `1 validation error detected: Value '${shown}' at 'routingConfiguration' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  for (const route of routing) {
    checkInput(route, {
      stateMachineVersionArn: { type: 'string', required: true, min: 1, max: 256 },
      weight: { type: 'integer', required: true, min: 0, max: 100 },
    });
  }
  const arns = routing.map(({ stateMachineVersionArn }) => stateMachineVersionArn);
  const received = `Received: [${arns.join(', ')}]`;
  if (new Set(arns).size < arns.length) {
    throw invalid(`Routing configuration must contain distinct state machine version ARNs. ${received}`);
  }
  const weights = routing.map(({ weight }) => weight);
  if (weights.reduce((sum, weight) => sum + weight, 0) !== 100) {
    throw invalid(`Sum of routing configuration weights must equal 100. Received: [${weights.join(', ')}]`);
  }
  const machines = arns.map((arn) => machineOfVersion(states, arn, received));
  const [machine] = machines;
  if (!machine || machines.some((other) => other.arn !== machine.arn)) {
    throw invalid(`Routing configuration must contain versions of one state machine. ${received}`);
  }
  return {
    machine,
    routing: routing.map(({ stateMachineVersionArn, weight }) => ({ stateMachineVersionArn, weight })),
  };
}

function machineOfVersion(states: States, arn: string, received: string): Machine {
  const parsed = parseArn(arn, 'stateMachine');
  const machine = states.machines.get(machineArnOf(parsed));
  if (machine && Object.hasOwn(machine.versions, parsed.parts[1] ?? '')) return machine;
  throw invalid(`Routing configuration must contain state machine version ARNs. ${received}`);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
