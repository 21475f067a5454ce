import { AwsError } from '../kernel/errors.ts';
import type { OperationInput } from '../kernel/service.ts';
import { RESERVED_VARIABLES } from './environment.ts';
import { type FunctionRecord, type VersionRecord, versionArn } from './function-store.ts';

/** The configuration members a request may set. */
export type Settings = Omit<
  VersionRecord,
  'version' | 'codeSha256' | 'codeSize' | 'lastModified' | 'revisionId' | 'activeAt' | 'updating'
>;

/** What the local cloud can run. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const RUNTIMES = ['nodejs22.x', 'nodejs24.x'];
const UNSUPPORTED = ['Layers', 'FileSystemConfigs', 'ImageConfig', 'KMSKeyArn', 'DurableConfig'];
/** Names and values together, as JSON. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ENVIRONMENT_BYTES = 4096;

/**
 * The settings of a function after a CreateFunction or UpdateFunctionConfiguration input, on top of `base`.
 * Throws ValidationException and InvalidParameterValueException as Lambda does; a feature that is missing here is refused by name.
 */
export function settingsFrom(input: OperationInput, name: string, base?: Settings): Settings {
  for (const member of UNSUPPORTED) {
    const value = input[member];
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0) || value === '') continue;
    throw invalid(`The local cloud's lambda does not support ${member}.`);
  }
  const settings: Settings = {
    runtime: runtime(input.Runtime ?? base?.runtime),
    role: role(input.Role ?? base?.role),
    handler: handler(input.Handler ?? base?.handler),
    description: String(input.Description ?? base?.description ?? ''),
    timeout: bounded('timeout', input.Timeout ?? base?.timeout ?? 3, 1, 900),
    memorySize: bounded('memorySize', input.MemorySize ?? base?.memorySize ?? 128, 128, 10_240),
    environment: environment(input.Environment?.Variables ?? base?.environment ?? {}),
    architectures: input.Architectures ?? base?.architectures ?? ['x86_64'],
    ephemeralStorage: bounded(
      'ephemeralStorage.size',
      input.EphemeralStorage?.Size ?? base?.ephemeralStorage ?? 512,
      512,
      10_240,
    ),
    tracing: input.TracingConfig?.Mode ?? base?.tracing ?? 'PassThrough',
    logFormat: input.LoggingConfig?.LogFormat ?? base?.logFormat ?? 'Text',
    logGroup: input.LoggingConfig?.LogGroup ?? base?.logGroup ?? `/aws/lambda/${name}`,
  };
  const target = input.DeadLetterConfig === undefined ? base?.deadLetterTarget : input.DeadLetterConfig.TargetArn;
  if (target) settings.deadLetterTarget = target;
  const placed = vpc(input.VpcConfig === undefined ? base?.vpc : input.VpcConfig);
  if (placed) settings.vpc = placed;
  return settings;
}

/** None without subnets. */
function vpc(value: OperationInput): Settings['vpc'] {
  const { SubnetIds = [], SecurityGroupIds = [], VpcId = '' } = value ?? {};
  if (SubnetIds.length > 0) return { SubnetIds, SecurityGroupIds, VpcId };
  if (SecurityGroupIds.length === 0) return undefined;
  throw invalid('SubnetIds and SecurityIds must coexist or be both empty list.');
}

function runtime(value: unknown): string {
  if (typeof value === 'string' && RUNTIMES.includes(value)) return value;
  throw invalid(
    `Value ${String(value)} at 'runtime' failed to satisfy constraint: the local cloud runs ${RUNTIMES.join(' and ')}.`,
  );
}

function role(value: unknown): string {
  const pattern = 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+';
  if (typeof value === 'string' && new RegExp(`^${pattern}$`).test(value)) return value;
  throw constraint('role', value, `Member must satisfy regular expression pattern: ${pattern}`);
}

function handler(value: unknown): string {
  if (typeof value === 'string' && /^[^\s]{1,128}$/.test(value)) return value;
  throw constraint('handler', value, 'Member must satisfy regular expression pattern: [^\\s]+');
}

function bounded(member: string, value: unknown, least: number, most: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least) {
    throw constraint(member, value, `Member must have value greater than or equal to ${least}`);
  }
  if (number > most) throw constraint(member, value, `Member must have value less than or equal to ${most}`);
  return number;
}

function environment(variables: Record<string, string>): Record<string, string> {
  const reserved = Object.keys(variables).filter((name) => RESERVED_VARIABLES.has(name));
  const failed =
    'Lambda was unable to configure your environment variables because the environment variables you have provided';
  if (reserved.length > 0) {
    throw invalid(
      `${failed} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  for (const name of Object.keys(variables)) {
    if (!/^[a-zA-Z][a-zA-Z0-9_]+$/.test(name)) {
      throw constraint(
        'environment.variables',
        '{}',
        'Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]',
      );
    }
  }
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > ENVIRONMENT_BYTES) {
    throw invalid(`${failed} exceeded the 4KB limit. String measured: ${measured}`);
  }
  return variables;
}

/** The function version as GetFunctionConfiguration shows it. */
export function describeVersion(record: FunctionRecord, version: VersionRecord, now: number): Record<string, unknown> {
  const ready = now >= version.activeAt;
  const creating = !ready && !version.updating;
  return {
    FunctionName: record.name,
    FunctionArn: versionArn(record, version),
    Runtime: version.runtime,
    Role: version.role,
    Handler: version.handler,
    CodeSize: version.codeSize,
    Description: version.description,
    Timeout: version.timeout,
    MemorySize: version.memorySize,
    LastModified: new Date(version.lastModified).toISOString().replace('Z', '+0000'),
    CodeSha256: version.codeSha256,
    Version: version.version,
    ...(version.vpc && { VpcConfig: version.vpc }),
    ...(version.deadLetterTarget && { DeadLetterConfig: { TargetArn: version.deadLetterTarget } }),
    ...(Object.keys(version.environment).length > 0 && { Environment: { Variables: version.environment } }),
    TracingConfig: { Mode: version.tracing },
    RevisionId: version.revisionId,
    State: creating ? 'Pending' : 'Active',
    ...(creating && { StateReason: 'The function is being created.', StateReasonCode: 'Creating' }),
    LastUpdateStatus: ready ? 'Successful' : 'InProgress',
    ...(!ready && { LastUpdateStatusReason: 'The function is being created.', LastUpdateStatusReasonCode: 'Creating' }),
    PackageType: 'Zip',
    Architectures: version.architectures,
    EphemeralStorage: { Size: version.ephemeralStorage },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: version.logFormat, LogGroup: version.logGroup },
  };
}

function constraint(member: string, value: unknown, text: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${text}`,
  );
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, { fields: { Type: 'User' } });
}
