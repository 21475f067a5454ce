import { AwsError } from '../../kernel/errors.ts';
import type { AccessRequest, Caller, OperationInput, RequestContext } from '../../kernel/service.ts';
import type { LoggingConfiguration, Revision } from '../records/machines.ts';
import type { States } from '../states.ts';

/** The logging configuration with AWS's defaults. Throws InvalidLoggingConfiguration. */
export function loggingOf(given: OperationInput): LoggingConfiguration {
  const destinations: unknown = given?.destinations;
  const level: unknown = given?.level ?? 'OFF';
  if (!['ALL', 'ERROR', 'FATAL', 'OFF'].includes(String(level))) throw invalidLogging('Invalid log level');
  const count = Array.isArray(destinations) ? destinations.length : 0;
  if (count > 1 || (level !== 'OFF' && count === 0)) throw invalidLogging('Must specify exactly one Log Destination.');
  for (const destination of Array.isArray(destinations) ? destinations : []) {
    const arn: unknown = destination?.cloudWatchLogsLogGroup?.logGroupArn;
    if (typeof arn !== 'string' || !/^arn:[^:]+:logs:[^:]+:\d{12}:log-group:.+:\*$/.test(arn)) {
      throw invalidLogging('Log Destination ARN should be a CloudWatch Log Group ARN ending with :*');
    }
  }
  return {
    level: String(level),
    includeExecutionData: given?.includeExecutionData === true,
    ...(count > 0 && { destinations: destinations as unknown[] }),
  };
}

function invalidLogging(reason: string): AwsError {
  return new AwsError('InvalidLoggingConfiguration', `Invalid Logging Configuration: ${reason}`);
}

/** The tracing configuration with AWS's default. Throws InvalidTracingConfiguration. */
export function tracingOf(given: OperationInput): { enabled: boolean } {
  const enabled: unknown = given?.enabled ?? false;
  if (typeof enabled !== 'boolean') {
    throw new AwsError('InvalidTracingConfiguration', 'Invalid Tracing Configuration: enabled must be true or false');
  }
  return { enabled };
}

/** The encryption configuration, kept and shown but without a KMS behind it. Throws InvalidEncryptionConfiguration. */
export function encryptionOf(given: OperationInput): Revision['encryptionConfiguration'] {
  if (given === undefined || given === null) return undefined;
  const customer = given.type === 'CUSTOMER_MANAGED_KMS_KEY';
  const period: unknown = given.kmsDataKeyReusePeriodSeconds;
  const badPeriod = period !== undefined && (typeof period !== 'number' || period < 60 || period > 900);
  if ((!customer && given.type !== 'AWS_OWNED_KEY') || (customer && !given.kmsKeyId) || badPeriod) {
    throw new AwsError('InvalidEncryptionConfiguration', 'Invalid Encryption Configuration');
  }
  return customer && period === undefined ? { ...given, kmsDataKeyReusePeriodSeconds: 300 } : given;
}

/**
 * Refuses roles that Step Functions could not use, as AWS does at creation: no role ARN (InvalidArn), no trust in
 * states.amazonaws.com, no right to deliver logs where logging is on, or none to the managed rule that `.sync` tasks on
 * state machines are watched with (AccessDeniedException). Roles are only known when IAM is part of the run.
 * https://docs.aws.amazon.com/step-functions/latest/dg/stepfunctions-iam.html
 */
export function checkRole(
  states: States,
  machineArn: string,
  { roleArn, definition, loggingConfiguration }: Pick<Revision, 'roleArn' | 'definition' | 'loggingConfiguration'>,
  context: RequestContext,
): void {
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+$/.test(roleArn)) {
    throw new AwsError('InvalidArn', `Invalid Role Arn: '${roleArn}'`);
  }
  if (!states.cloud.has('iam')) return;
  const caller = assumeFor(states, roleArn, machineArn);
  if (loggingConfiguration.level !== 'OFF') {
    const text = 'The state machine IAM Role is not authorized to access the Log Destination';
    allow(states, caller, logDelivery(), { region: context.region, service: 'logs' }, text);
  }
  if (!/"arn:[^"]*:states:::states:startExecution\.sync/.test(definition)) return;
  const rule = 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule';
  const resource = `arn:aws:events:${context.region}:${context.accountId}:${rule}`;
  const requests = ['PutTargets', 'PutRule', 'DescribeRule'].map((action) => ({
    action: `events:${action}`,
    resource,
  }));
  const text = `'${roleArn}' is not authorized to create managed-rule.`;
  allow(states, caller, requests, { region: context.region, service: 'events' }, text);
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy */
function logDelivery(): AccessRequest[] {
  const deliveries = ['CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery'];
  const others = ['ListLogDeliveries', 'PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups'];
  return [...deliveries, ...others].map((action) => ({ action: `logs:${action}`, resource: '*' }));
}

function allow(
  states: States,
  caller: Caller,
  requests: readonly AccessRequest[],
  context: { region: string; service: string },
  refusal: string,
): void {
  try {
    states.cloud.identity.authorize(caller, requests, context);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError('AccessDeniedException', refusal, { cause });
  }
}

function assumeFor(states: States, roleArn: string, sourceArn: string) {
  try {
    const source = { sourceArn, sourceAccount: sourceArn.split(':')[4] };
    return states.cloud.identity.serviceRole(roleArn, 'states.amazonaws.com', 'definition-check', source);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError(
      'AccessDeniedException',
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
      { cause },
    );
  }
}
