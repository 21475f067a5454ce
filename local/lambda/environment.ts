import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AwsError } from '../kernel/errors.ts';
import type { Caller, Cloud } from '../kernel/service.ts';
import { functionArn } from './arn.ts';
import { codeFolder } from './code-store.ts';
import type { FunctionRecord, VersionRecord } from './function-store.ts';
import type { SandboxSpec } from './sandbox.ts';

/** Lambda's own sessions last this long. */
const CREDENTIALS_SECONDS = 12 * 3600;

/** A session of the function's role, as Lambda makes it. Throws AccessDeniedException when the role is gone or no longer trusts Lambda. */
export function executionRole(cloud: Cloud, record: FunctionRecord, version: VersionRecord): Caller {
  try {
    return cloud.identity.serviceRole(version.role, 'lambda.amazonaws.com', record.name);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('AccessDeniedException', 'The role defined for the function cannot be assumed by Lambda.', {
      status: 403,
      cause: error,
    });
  }
}

/**
 * What one execution environment of the version is made of, with fresh credentials of its role.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function sandboxSpec(cloud: Cloud, record: FunctionRecord, version: VersionRecord): SandboxSpec {
  const role = executionRole(cloud, record, version);
  // https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
  const ofTheCode = { ...role, sourceFunctionArn: functionArn(record) };
  const credentials = cloud.identity.credentials(ofTheCode, CREDENTIALS_SECONDS);
  const taskRoot = codeFolder(cloud, version.codeSha256);
  const logStream = logStreamName(version, cloud.clock.now());
  return {
    handler: version.handler,
    runtime: version.runtime,
    taskRoot,
    memoryMegabytes: version.memorySize,
    logFormat: version.logFormat,
    compileCache: join(cloud.store.folder('lambda'), 'compile-cache'),
    logStream,
    role,
    credentialsExpire: credentials.expiration.getTime(),
    environment: {
      LANG: process.env['LANG'] ?? 'en_US.UTF-8',
      TZ: ':UTC',
      PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
      ...version.environment,
      _HANDLER: version.handler,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_DEFAULT_REGION: record.region,
      AWS_REGION: record.region,
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_EXECUTION_ENV: `AWS_Lambda_${version.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: record.name,
      AWS_LAMBDA_FUNCTION_VERSION: version.version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memorySize),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: version.logGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: logStream,
      AWS_LAMBDA_LOG_FORMAT: version.logFormat,
      AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
      AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
      LAMBDA_TASK_ROOT: taskRoot,
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      ...(version.environment['NODE_PATH'] === undefined && { NODE_PATH: join(taskRoot, 'node_modules') }),
    },
  };
}

/** Names of variables that a function's configuration must not set. */
export const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

function logStreamName(version: VersionRecord, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version.version}]${randomUUID().replaceAll('-', '')}`;
}

/** Two configurations with one key can share a warm worker. */
export function sandboxKey(record: FunctionRecord, version: VersionRecord): string {
  return `${record.accountId}/${record.region}/${record.name}/${version.version}/${version.revisionId}`;
}

/** `Root=1-…;Parent=…;Sampled=…` for an invocation that arrives without a trace. */
export function newTraceHeader(now: number, sampled: boolean): string {
  const seconds = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0');
  const root = randomBytes(12).toString('hex');
  return `Root=1-${seconds}-${root};Parent=${randomBytes(8).toString('hex')};Sampled=${sampled ? 1 : 0}`;
}
