import { passRole } from '../../iam/pass-role.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { AccessRequest, OperationInput, RequestContext } from '../../kernel/service.ts';
import { parseArn } from '../arns.ts';
import { isEventPath } from '../delivery/event-path.ts';
import { isValidTemplate } from '../delivery/input-template.ts';
import { targetKind } from '../delivery/targets.ts';
import { page } from '../paging.ts';
import type { EventsParts, Operations } from '../parts.ts';
import { type RuleRecord, ruleKey, type TargetRecord } from '../records.ts';
import { optionalInteger, optionalText, requiredList, requiredText, validationError } from '../validation.ts';
import { existingRule, ruleAccess } from './existing-rule.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MOST_TARGETS = 5;
const MOST_PER_REQUEST = 100;

interface FailedTarget {
  TargetId: string;
  ErrorCode: string;
  ErrorMessage: string;
}

/** PutTargets, RemoveTargets, ListTargetsByRule. */
export function targetOperations(parts: EventsParts): Operations {
  return {
    PutTargets: {
      authorize: (input, context) => [...ruleAccess('PutTargets', 'Rule')(input, context), ...passedRoles(input)],
      handle: (input, context) => putTargets(parts, input, context),
    },
    RemoveTargets: {
      authorize: ruleAccess('RemoveTargets', 'Rule'),
      handle: (input, context) => removeTargets(parts, input, context),
    },
    ListTargetsByRule: {
      authorize: ruleAccess('ListTargetsByRule', 'Rule'),
      handle(input, context) {
        const { items, NextToken } = page(existingRule(parts, input, context, 'Rule').targets, input);
        return { Targets: items, NextToken };
      },
    },
  };
}

/** Whoever gives a target a role must be allowed to pass it to EventBridge. */
function passedRoles(input: OperationInput): AccessRequest[] {
  const targets: unknown[] = Array.isArray(input.Targets) ? input.Targets : [];
  const roles = targets.map((target) => (target as Partial<TargetRecord> | null)?.RoleArn);
  return [...new Set(roles)].flatMap((role) =>
    typeof role === 'string' ? [passRole(role, 'events.amazonaws.com')] : [],
  );
}

function putTargets(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const targets = requiredList('targets', input.Targets, 1, MOST_PER_REQUEST).map(checkedTarget);
  const rule = existingRule(parts, input, context, 'Rule');
  const failed: FailedTarget[] = [];
  const kept = new Map(rule.targets.map((target) => [target.Id, target]));
  for (const target of targets) {
    const failure = targetFailure(target);
    if (failure) failed.push(failure);
    else kept.set(target.Id, target);
  }
  if (kept.size > MOST_TARGETS) {
    throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
  }
  save(parts, { ...rule, targets: [...kept.values()] });
  return { FailedEntryCount: failed.length, FailedEntries: failed };
}

function removeTargets(parts: EventsParts, input: OperationInput, context: RequestContext): unknown {
  const ids = requiredList('ids', input.Ids, 1, MOST_PER_REQUEST);
  const rule = existingRule(parts, input, context, 'Rule');
  save(parts, { ...rule, targets: rule.targets.filter((target) => !ids.includes(target.Id)) });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function save(parts: EventsParts, rule: RuleRecord): void {
  parts.records.rules.put(ruleKey(rule.bus, rule.name), rule);
  parts.router.rulesChanged(rule.bus);
}

/** The target, checked against the API model; what is wrong there fails the whole call. */
function checkedTarget(value: unknown, index: number): TargetRecord {
  const at = `targets.${index + 1}.member`;
  const target = (value ?? {}) as TargetRecord;
  requiredText(`${at}.id`, target.Id, { most: 64, pattern: /^[.\-_A-Za-z0-9]+$/ });
  requiredText(`${at}.arn`, target.Arn, { most: 1600 });
  optionalText(`${at}.roleArn`, target.RoleArn, { least: 1, most: 1600 });
  optionalText(`${at}.input`, target.Input, { most: 8192 });
  optionalText(`${at}.inputPath`, target.InputPath, { most: 256 });
  const retry = target.RetryPolicy;
  optionalInteger(`${at}.retryPolicy.maximumRetryAttempts`, retry?.MaximumRetryAttempts, 0, 185);
  optionalInteger(`${at}.retryPolicy.maximumEventAgeInSeconds`, retry?.MaximumEventAgeInSeconds, 60, 86_400);
  checkArns(target);
  checkInput(target);
  return target;
}

function checkArns(target: TargetRecord): void {
  if (!parseArn(target.Arn)) {
    throw validationError(`Parameter ${target.Arn} is not valid. Reason: Provided Arn is not in correct format.`);
  }
  if (targetKind(target.Arn) === 'states' && target.RoleArn === undefined) {
    throw validationError(`RoleArn is required for target ${target.Arn}.`);
  }
  if (target.Arn.endsWith('.fifo') && !target.SqsParameters?.MessageGroupId) {
    throw validationError(`Parameter(s) SqsParameters must be specified for target: ${target.Id}.`);
  }
  const deadLetters = target.DeadLetterConfig?.Arn;
  if (deadLetters !== undefined && parseArn(deadLetters)?.service !== 'sqs') {
    throw validationError(
      `Parameter DeadLetterConfig.Arn is not valid. Reason: Provided Arn is not in correct format.`,
    );
  }
}

function checkInput(target: TargetRecord): void {
  const given = [target.Input, target.InputPath, target.InputTransformer].filter((input) => input !== undefined);
  if (given.length > 1) {
    throw validationError(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`,
    );
  }
  if (target.Input !== undefined && !isJson(target.Input)) {
    throw validationError(`Invalid Input for target ${target.Id}: JSON syntax error.`);
  }
  const paths = [target.InputPath, ...Object.values(target.InputTransformer?.InputPathsMap ?? {})];
  const wrong = paths.find((path) => path !== undefined && !isEventPath(path));
  if (wrong !== undefined) throw validationError(`Invalid InputPath for target ${target.Id}.`);
  if (!target.InputTransformer) return;
  const reserved = Object.keys(target.InputTransformer.InputPathsMap ?? {}).find((name) => /^aws\./i.test(name));
  if (reserved) throw validationError(`Invalid InputPathsMap for target ${target.Id}: ${reserved} is reserved.`);
  const template = requiredText('inputTemplate', target.InputTransformer.InputTemplate, { most: 8192 });
  if (!isValidTemplate(template)) throw validationError(`Invalid InputTemplate for target ${target.Id}.`);
}

/** What fails for one target while the others of the call are taken. */
function targetFailure(target: TargetRecord): FailedTarget | undefined {
  if (targetKind(target.Arn) !== undefined) return undefined;
  return {
    TargetId: target.Id,
    ErrorCode: 'UnsupportedTarget',
    ErrorMessage: `The local cloud delivers events to state machines, functions, queues and event buses, not to ${target.Arn}.`,
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
