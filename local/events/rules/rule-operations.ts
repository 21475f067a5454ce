import { AwsError } from '../../kernel/errors.ts';
import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import { parseScheduleExpression } from '../../scheduler/expression/schedule-expression.ts';
import { ruleArn } from '../arns.ts';
import { existingBus, requestedBus } from '../buses/bus-operations.ts';
import { page } from '../paging.ts';
import type { EventsParts, Operations } from '../parts.ts';
import { compilePattern } from '../pattern/compile.ts';
import { type BusAddress, busKey, type RuleRecord, ruleKey } from '../records.ts';
import { tagsFromList } from '../tags.ts';
import { oneOf, optionalText, requiredText, validationError } from '../validation.ts';
import { existingRule, RULE_NAME, ruleAccess } from './existing-rule.ts';

const STATES = ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'] as const;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MOST_RULES = 300;

/** PutRule, DescribeRule, DeleteRule, EnableRule, DisableRule, ListRules, ListRuleNamesByTarget. */
export function ruleOperations(parts: EventsParts): Operations {
  return {
    PutRule: { authorize: ruleAccess('PutRule'), handle: (input, context) => putRule(parts, input, context) },
    DescribeRule: {
      authorize: ruleAccess('DescribeRule'),
      handle: (input, context) => described(existingRule(parts, input, context)),
    },
    DeleteRule: { authorize: ruleAccess('DeleteRule'), handle: (input, context) => deleteRule(parts, input, context) },
    EnableRule: {
      authorize: ruleAccess('EnableRule'),
      handle: (input, context) => saveRule(parts, { ...existingRule(parts, input, context), state: 'ENABLED' }),
    },
    DisableRule: {
      authorize: ruleAccess('DisableRule'),
      handle: (input, context) => saveRule(parts, { ...existingRule(parts, input, context), state: 'DISABLED' }),
    },
    ListRules: { handle: (input, context) => listRules(parts, input, context) },
    ListRuleNamesByTarget: { handle: (input, context) => listRuleNames(parts, input, context) },
  };
}

function putRule(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const name = requiredText('name', input.Name, RULE_NAME);
  const bus = requestedBus('eventBusName', input.EventBusName, context);
  existingBus(parts, bus);
  const eventPattern = optionalText('eventPattern', input.EventPattern, { most: 4096 });
  const scheduleExpression = optionalText('scheduleExpression', input.ScheduleExpression, { most: 256 });
  if (!eventPattern && !scheduleExpression) {
    throw validationError('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (eventPattern) compilePattern(eventPattern);
  if (scheduleExpression) checkSchedule(scheduleExpression, bus);
  const key = ruleKey(bus, name);
  const earlier = parts.records.rules.get(key);
  if (!earlier && parts.records.rules.entries(busKey(bus)).length >= MOST_RULES) {
    throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
  }
  const description = optionalText('description', input.Description, { most: 512 });
  const roleArn = optionalText('roleArn', input.RoleArn, { least: 1, most: 1600 });
  saveRule(parts, {
    name,
    bus,
    arn: ruleArn(bus, name),
    state: oneOf('state', input.State, STATES) ?? 'ENABLED',
    ...(eventPattern && { eventPattern }),
    ...(scheduleExpression && { scheduleExpression }),
    ...(description !== undefined && { description }),
    ...(roleArn !== undefined && { roleArn }),
    tags: earlier?.tags ?? tagsFromList(input.Tags),
    targets: earlier?.targets ?? [],
    createdAt: earlier?.createdAt ?? parts.cloud.clock.now(),
  });
  return { RuleArn: ruleArn(bus, name) };
}

/** Rules know `rate` and `cron` in UTC, on the default bus only. */
function checkSchedule(expression: string, bus: BusAddress): void {
  if (bus.name !== 'default') throw validationError('ScheduleExpression is supported only on the default event bus.');
  const schedule = parseScheduleExpression(expression);
  if (!schedule || schedule.kind === 'at') throw validationError('Parameter ScheduleExpression is not valid.');
}

/** Makes the rule, its pattern and its schedule current. */
function saveRule(parts: EventsParts, rule: RuleRecord): Record<string, never> {
  parts.records.rules.put(ruleKey(rule.bus, rule.name), rule);
  parts.router.rulesChanged(rule.bus);
  parts.scheduledRules.ruleChanged(rule);
  return {};
}

function deleteRule(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const name = requiredText('name', input.Name, RULE_NAME);
  const bus = requestedBus('eventBusName', input.EventBusName, context);
  const rule = parts.records.rules.get(ruleKey(bus, name));
  if (!rule) return {};
  if (rule.targets.length > 0) throw validationError("Rule can't be deleted since it has targets.");
  parts.records.rules.delete(ruleKey(bus, name));
  parts.router.rulesChanged(bus);
  parts.scheduledRules.ruleDeleted(rule);
  return {};
}

function listRules(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const bus = requestedBus('eventBusName', input.EventBusName, context);
  existingBus(parts, bus);
  const prefix = optionalText('namePrefix', input.NamePrefix, RULE_NAME) ?? '';
  const rules = parts.records.rules.entries(ruleKey(bus, prefix)).map(([, rule]) => rule);
  const { items, NextToken } = page(rules, input);
  return { Rules: items.map(listed), NextToken };
}

function listRuleNames(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const target = requiredText('targetArn', input.TargetArn, { most: 1600 });
  const bus = requestedBus('eventBusName', input.EventBusName, context);
  const rules = parts.records.rules.entries(busKey(bus)).map(([, rule]) => rule);
  const names = rules.filter((rule) => rule.targets.some(({ Arn }) => Arn === target)).map((rule) => rule.name);
  const { items, NextToken } = page(names, input);
  return { RuleNames: items, NextToken };
}

function listed(rule: RuleRecord): Record<string, unknown> {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.eventPattern,
    ScheduleExpression: rule.scheduleExpression,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.bus.name,
  };
}

function described(rule: RuleRecord): Record<string, unknown> {
  return { ...listed(rule), CreatedBy: rule.bus.accountId };
}
