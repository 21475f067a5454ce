import { AwsError } from '../../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import { busArn } from '../arns.ts';
import type { EventsParts, Operations } from '../parts.ts';
import { type BusRecord, busKey } from '../records.ts';
import { requiredText, resourceNotFound, validationError } from '../validation.ts';
import { existingBus, requestedBus } from './bus-operations.ts';

/** Bytes of a bus policy. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const LARGEST_POLICY = 10_240;

type Statement = Record<string, unknown>;

/**
 * PutPermission and RemovePermission: the policy of a bus, a statement at a time or whole.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
 */
export function permissionOperations(parts: EventsParts): Operations {
  const authorize = (operation: string) => (input: OperationInput, context: RequestContext) => [
    { action: `events:${operation}`, resource: busArn(requestedBus('eventBusName', input.EventBusName, context)) },
  ];
  return {
    PutPermission: {
      authorize: authorize('PutPermission'),
      handle(input, context) {
        const bus = existingBus(parts, requestedBus('eventBusName', input.EventBusName, context));
        const statements = input.Policy === undefined ? added(bus, input) : parsedPolicy(input.Policy);
        if (Buffer.byteLength(JSON.stringify(statements)) > LARGEST_POLICY) {
          throw new AwsError(
            'PolicyLengthExceededException',
            `Policy length exceeds the maximum of ${LARGEST_POLICY} bytes.`,
          );
        }
        parts.records.buses.put(busKey(bus), { ...bus, statements, modifiedAt: parts.cloud.clock.now() });
        return {};
      },
    },
    RemovePermission: {
      authorize: authorize('RemovePermission'),
      handle(input, context) {
        const bus = existingBus(parts, requestedBus('eventBusName', input.EventBusName, context));
        const statements = input.RemoveAllPermissions
          ? []
          : without(bus, requiredText('statementId', input.StatementId));
        parts.records.buses.put(busKey(bus), { ...bus, statements, modifiedAt: parts.cloud.clock.now() });
        return {};
      },
    },
  };
}

function added(bus: BusRecord, input: OperationInput): Statement[] {
  const id = requiredText('statementId', input.StatementId, { most: 64, pattern: /^[a-zA-Z0-9-_]+$/ });
  const action = requiredText('action', input.Action, { most: 64, pattern: /^events:[a-zA-Z]+$/ });
  const principal = requiredText('principal', input.Principal, { most: 12, pattern: /^(\d{12}|\*)$/ });
  const statement: Statement = {
    Sid: id,
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:aws:iam::${principal}:root` },
    Action: action,
    Resource: busArn(bus),
    ...(input.Condition && {
      Condition: { [String(input.Condition.Type)]: { [String(input.Condition.Key)]: String(input.Condition.Value) } },
    }),
  };
  return [...bus.statements.filter((other) => other.Sid !== id), statement];
}

function parsedPolicy(text: unknown): Statement[] {
  try {
    const policy = JSON.parse(String(text)) as { Statement?: Statement | Statement[] };
    if (policy.Statement === undefined) throw new SyntaxError('no Statement');
    return [policy.Statement].flat();
  } catch {
    throw validationError('This policy contains invalid Json');
  }
}

function without(bus: BusRecord, id: string): Statement[] {
  if (bus.statements.length === 0) throw resourceNotFound('EventBus does not have a policy.');
  const rest = bus.statements.filter((statement) => statement.Sid !== id);
  if (rest.length === bus.statements.length) throw resourceNotFound('Statement with the provided id does not exist.');
  return rest;
}
