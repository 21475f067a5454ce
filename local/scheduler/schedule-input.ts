import { parseArn } from '../events/arns.ts';
import { instant, oneOf, optionalInteger, optionalText, requiredText, validationError } from '../events/validation.ts';
import type { OperationInput } from '../kernel/service.ts';
import { parseScheduleExpression } from './expression/schedule-expression.ts';
import { isTimeZone } from './expression/time-zone.ts';
import type { ScheduleRecord, ScheduleTarget } from './records.ts';
import { invocationKind } from './target-request.ts';

export const SCHEDULER_NAME = { most: 64, pattern: /^[0-9a-zA-Z-_.]+$/ };

/** What a request says about a schedule, its identity and times aside. */
export type ScheduleSettings = Pick<
  ScheduleRecord,
  'expression' | 'timeZone' | 'state' | 'flexibleWindow' | 'afterCompletion' | 'target'
> &
  Partial<Pick<ScheduleRecord, 'description' | 'startDate' | 'endDate' | 'kmsKeyArn'>>;

/**
 * The settings of CreateSchedule or UpdateSchedule (which replaces them all). Throws `ValidationException`.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */
export function scheduleSettings(input: OperationInput): ScheduleSettings {
  const expression = requiredText('scheduleExpression', input.ScheduleExpression, { most: 256 });
  if (!parseScheduleExpression(expression)) throw validationError(`Invalid Schedule Expression ${expression}.`);
  const timeZone =
    optionalText('scheduleExpressionTimezone', input.ScheduleExpressionTimezone, { least: 1, most: 50 }) ?? 'UTC';
  if (!isTimeZone(timeZone)) throw validationError(`Invalid ScheduleExpressionTimezone ${timeZone}.`);
  const description = optionalText('description', input.Description, { most: 512 });
  const kmsKeyArn = optionalText('kmsKeyArn', input.KmsKeyArn, { least: 1, most: 2048 });
  return {
    expression,
    timeZone,
    state: oneOf('state', input.State, ['ENABLED', 'DISABLED']) ?? 'ENABLED',
    flexibleWindow: flexibleWindow(input.FlexibleTimeWindow),
    afterCompletion: oneOf('actionAfterCompletion', input.ActionAfterCompletion, ['NONE', 'DELETE']) ?? 'NONE',
    target: target(input.Target),
    ...dates(input),
    ...(description !== undefined && { description }),
    ...(kmsKeyArn !== undefined && { kmsKeyArn }),
  };
}

function flexibleWindow(value: OperationInput): ScheduleRecord['flexibleWindow'] {
  if (value === undefined || value === null) requiredText('flexibleTimeWindow', value);
  const mode = oneOf('flexibleTimeWindow.mode', requiredText('flexibleTimeWindow.mode', value.Mode), [
    'OFF',
    'FLEXIBLE',
  ]);
  const minutes = optionalInteger('flexibleTimeWindow.maximumWindowInMinutes', value.MaximumWindowInMinutes, 1, 1440);
  if (mode === 'FLEXIBLE' && minutes === undefined) {
    throw validationError('MaximumWindowInMinutes must be provided for FLEXIBLE mode.');
  }
  if (mode !== 'FLEXIBLE' && minutes !== undefined) {
    throw validationError('MaximumWindowInMinutes must not be provided for OFF mode.');
  }
  return { Mode: mode ?? 'OFF', ...(minutes !== undefined && { MaximumWindowInMinutes: minutes }) };
}

function dates(input: OperationInput): { startDate?: number; endDate?: number } {
  const startDate = instant(input.StartDate);
  const endDate = instant(input.EndDate);
  if (startDate !== undefined && endDate !== undefined && endDate <= startDate) {
    throw validationError('The StartDate you specify must be before the EndDate.');
  }
  return { ...(startDate !== undefined && { startDate }), ...(endDate !== undefined && { endDate }) };
}

function target(value: OperationInput): ScheduleTarget {
  if (value === undefined || value === null) requiredText('target', value);
  const arn = requiredText('target.arn', value.Arn, { most: 1600 });
  requiredText('target.roleArn', value.RoleArn, {
    most: 1600,
    pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  });
  optionalText('target.input', value.Input, { least: 1 });
  const kind = invocationKind(arn);
  if (!parseArn(arn) || kind === undefined) throw validationError(`Provided Arn is not in correct format: ${arn}`);
  if (kind === 'universal' && !isJsonObject(value.Input)) {
    throw validationError(
      'Input must be a JSON object with the parameters of the API operation for a universal target.',
    );
  }
  if (kind === 'events') {
    requiredText('target.eventBridgeParameters.source', value.EventBridgeParameters?.Source, { most: 256 });
    requiredText('target.eventBridgeParameters.detailType', value.EventBridgeParameters?.DetailType, { most: 128 });
  }
  const retry = value.RetryPolicy;
  optionalInteger('target.retryPolicy.maximumRetryAttempts', retry?.MaximumRetryAttempts, 0, 185);
  optionalInteger('target.retryPolicy.maximumEventAgeInSeconds', retry?.MaximumEventAgeInSeconds, 60, 86_400);
  return value as ScheduleTarget;
}

function isJsonObject(text: unknown): boolean {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
