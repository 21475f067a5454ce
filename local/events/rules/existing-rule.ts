import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import { busAddress, ruleArn } from '../arns.ts';
import { requestedBus } from '../buses/bus-operations.ts';
import type { EventsParts } from '../parts.ts';
import { type RuleRecord, ruleKey } from '../records.ts';
import { requiredText, resourceNotFound } from '../validation.ts';

export const RULE_NAME = { most: 64, pattern: /^[.\-_A-Za-z0-9]+$/ };

/** The rule that `Name` (or the named member) and `EventBusName` of a request mean. Throws `ResourceNotFoundException`. */
export function existingRule(
  parts: Pick<EventsParts, 'records'>,
  input: OperationInput,
  context: RequestContext,
  member: 'Name' | 'Rule' = 'Name',
): RuleRecord {
  const name = requiredText(member.toLowerCase(), input[member], RULE_NAME);
  const bus = requestedBus('eventBusName', input.EventBusName, context);
  const rule = parts.records.rules.get(ruleKey(bus, name));
  if (!rule) throw resourceNotFound(`Rule ${name} does not exist on EventBus ${bus.name}.`);
  return rule;
}

/** The IAM check of an operation on one rule. */
export function ruleAccess(operation: string, member: 'Name' | 'Rule' = 'Name') {
  return (input: OperationInput, context: RequestContext) => {
    const bus = busAddress(typeof input.EventBusName === 'string' ? input.EventBusName : undefined, context);
    const resource = bus && typeof input[member] === 'string' ? ruleArn(bus, input[member]) : '*';
    return [{ action: `events:${operation}`, resource }];
  };
}
