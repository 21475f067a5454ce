import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { functionArn } from './arn.ts';
import type { EventInvokeConfig, FunctionRecord } from './function-store.ts';
import { lookUp, page } from './lookup.ts';
import { type LambdaParts, onFunction } from './parts.ts';

/** How asynchronous invocations are retried and where their outcome goes. https://docs.aws.amazon.com/lambda/latest/api/API_FunctionEventInvokeConfig.html */
export function eventInvokeOperations(parts: LambdaParts): Record<string, Operation> {
  const { functions, cloud } = parts;
  const uri = '/2019-09-25/functions/{FunctionName}/event-invoke-config';
  const put = (input: OperationInput, context: RequestContext, keep: boolean) => {
    const { ref, record } = lookUp(parts, input, context);
    const qualifier = ref.qualifier ?? '$LATEST';
    const before = keep ? record.eventInvoke[qualifier] : undefined;
    if (keep && !before) throw noConfig(record, qualifier);
    const config = { ...before, ...eventInvokeConfig(input), lastModified: cloud.clock.now() };
    functions.put({ ...record, eventInvoke: { ...record.eventInvoke, [qualifier]: config } });
    return describeEventInvoke(record, qualifier, config);
  };
  return {
    PutFunctionEventInvokeConfig: {
      http: { method: 'PUT', uri },
      authorize: onFunction('lambda:PutFunctionEventInvokeConfig', functions),
      handle: (input, context) => put(input, context, false),
    },
    UpdateFunctionEventInvokeConfig: {
      http: { method: 'POST', uri },
      authorize: onFunction('lambda:UpdateFunctionEventInvokeConfig', functions),
      handle: (input, context) => put(input, context, true),
    },
    GetFunctionEventInvokeConfig: {
      http: { method: 'GET', uri },
      authorize: onFunction('lambda:GetFunctionEventInvokeConfig', functions),
      handle(input, context) {
        const { ref, record } = lookUp(parts, input, context);
        const qualifier = ref.qualifier ?? '$LATEST';
        const config = record.eventInvoke[qualifier];
        if (!config) throw noConfig(record, qualifier);
        return describeEventInvoke(record, qualifier, config);
      },
    },
    ListFunctionEventInvokeConfigs: {
      http: { method: 'GET', uri: `${uri}/list` },
      authorize: onFunction('lambda:ListFunctionEventInvokeConfigs', functions),
      handle(input, context) {
        const { record } = lookUp(parts, input, context);
        const all = Object.entries(record.eventInvoke).map(([qualifier, config]) =>
          describeEventInvoke(record, qualifier, config),
        );
        return page(all, input, 'FunctionEventInvokeConfigs');
      },
    },
    DeleteFunctionEventInvokeConfig: {
      http: { method: 'DELETE', uri, status: 204 },
      authorize: onFunction('lambda:DeleteFunctionEventInvokeConfig', functions),
      handle(input, context) {
        const { ref, record } = lookUp(parts, input, context);
        const qualifier = ref.qualifier ?? '$LATEST';
        if (!record.eventInvoke[qualifier]) throw noConfig(record, qualifier);
        const { [qualifier]: _removed, ...eventInvoke } = record.eventInvoke;
        functions.put({ ...record, eventInvoke });
      },
    },
  };
}

function eventInvokeConfig(input: OperationInput): Partial<EventInvokeConfig> {
  const retries = input.MaximumRetryAttempts;
  const age = input.MaximumEventAgeInSeconds;
  if (retries !== undefined && !(retries >= 0 && retries <= 2)) throw outOfRange('maximumRetryAttempts', retries, 0, 2);
  if (age !== undefined && !(age >= 60 && age <= 21_600)) throw outOfRange('maximumEventAgeInSeconds', age, 60, 21_600);
  const { OnSuccess: success, OnFailure: failure } = input.DestinationConfig ?? {};
  return {
    ...(retries !== undefined && { maximumRetryAttempts: retries }),
    ...(age !== undefined && { maximumEventAgeInSeconds: age }),
    ...(success?.Destination && { onSuccess: success.Destination }),
    ...(failure?.Destination && { onFailure: failure.Destination }),
  };
}

function describeEventInvoke(record: FunctionRecord, qualifier: string, config: EventInvokeConfig) {
  return {
    LastModified: new Date(config.lastModified),
    FunctionArn: functionArn({ ...record, qualifier }),
    ...(config.maximumRetryAttempts !== undefined && { MaximumRetryAttempts: config.maximumRetryAttempts }),
    ...(config.maximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds: config.maximumEventAgeInSeconds }),
    DestinationConfig: {
      OnSuccess: config.onSuccess ? { Destination: config.onSuccess } : {},
      OnFailure: config.onFailure ? { Destination: config.onFailure } : {},
    },
  };
}

function outOfRange(member: string, value: unknown, least: number, most: number): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
  );
}

function noConfig(record: FunctionRecord, qualifier: string): AwsError {
  return new AwsError(
    'ResourceNotFoundException',
    `The function ${functionArn({ ...record, qualifier })} doesn't have an EventInvokeConfig`,
    { status: 404, fields: { Type: 'User' } },
  );
}
