import { randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { functionArn, parseFunctionRef } from './arn.ts';
import { storeCode } from './code-store.ts';
import { describeVersion, settingsFrom } from './configuration.ts';
import type { FunctionRecord, VersionRecord } from './function-store.ts';
import { type LambdaParts, onFunction } from './parts.ts';

const FUNCTIONS = '/2015-03-31/functions';
const FUNCTION = `${FUNCTIONS}/{FunctionName}`;

/** Create, read, change and delete functions. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
export function functionOperations(parts: LambdaParts): Record<string, Operation> {
  const { cloud, functions } = parts;
  const guard = (action: string) => onFunction(`lambda:${action}`, functions);
  return {
    CreateFunction: {
      http: { method: 'POST', uri: FUNCTIONS, status: 201 },
      authorize: (input, context) => [...guard('CreateFunction')(input, context), ...passRole(input.Role)],
      handle: (input, context) => createFunction(parts, input, context),
    },
    GetFunction: {
      http: { method: 'GET', uri: FUNCTION },
      authorize: guard('GetFunction'),
      handle(input, context) {
        const { record, version } = lookUp(parts, input, context);
        return {
          Configuration: describeVersion(record, version, cloud.clock.now()),
          Code: {
            RepositoryType: 'S3',
            Location: `${cloud.endpoint}/_local/lambda/code/${encodeURIComponent(version.codeSha256)}`,
          },
          ...(Object.keys(record.tags).length > 0 && { Tags: record.tags }),
          ...(record.reservedConcurrency !== undefined && {
            Concurrency: { ReservedConcurrentExecutions: record.reservedConcurrency },
          }),
        };
      },
    },
    GetFunctionConfiguration: {
      http: { method: 'GET', uri: `${FUNCTION}/configuration` },
      authorize: guard('GetFunctionConfiguration'),
      handle(input, context) {
        const { record, version } = lookUp(parts, input, context);
        return describeVersion(record, version, cloud.clock.now());
      },
    },
    ListFunctions: {
      http: { method: 'GET', uri: FUNCTIONS },
      handle(input, context) {
        const all = functions
          .list(context.accountId, context.region)
          .flatMap((record) =>
            (input.FunctionVersion === 'ALL' ? [record.latest, ...record.published] : [record.latest]).map((version) =>
              describeVersion(record, version, cloud.clock.now()),
            ),
          );
        return page(all, input, 'Functions');
      },
    },
    UpdateFunctionCode: {
      http: { method: 'PUT', uri: `${FUNCTION}/code` },
      authorize: guard('UpdateFunctionCode'),
      async handle(input, context) {
        const record = changeable(parts, input, context);
        const code = await storeCode(cloud, input, context.caller);
        return change(
          parts,
          record,
          {
            codeSha256: code.sha256,
            codeSize: code.size,
            ...(input.Architectures && { architectures: input.Architectures }),
          },
          input.Publish,
        );
      },
    },
    UpdateFunctionConfiguration: {
      http: { method: 'PUT', uri: `${FUNCTION}/configuration` },
      authorize: (input, context) => [
        ...guard('UpdateFunctionConfiguration')(input, context),
        ...(input.Role ? passRole(input.Role) : []),
      ],
      handle(input, context) {
        const record = changeable(parts, input, context);
        const settings = settingsFrom(input, record.name, record.latest);
        if (input.Role) assumable(parts, settings.role, record.name);
        return change(parts, record, settings);
      },
    },
    DeleteFunction: {
      http: { method: 'DELETE', uri: FUNCTION, status: 204 },
      authorize: guard('DeleteFunction'),
      handle: (input, context) => deleteFunction(parts, input, context),
    },
  };
}

/** Splits a list into pages of `MaxItems` (50 at most); the marker is the position. */
export function page<T>(all: T[], input: OperationInput, member: string): Record<string, unknown> {
  const start = input.Marker === undefined ? 0 : Number(input.Marker);
  const size = Math.min(50, Number(input.MaxItems ?? 50));
  const next = start + size;
  return { [member]: all.slice(start, next), ...(next < all.length && { NextMarker: String(next) }) };
}

/** The function and version a request names. Throws ResourceNotFoundException. */
export function lookUp(parts: LambdaParts, input: OperationInput, context: RequestContext) {
  const ref = parseFunctionRef(input.FunctionName, input.Qualifier, context);
  const record = parts.functions.get(ref);
  return { ref, record, version: parts.functions.version(record, ref) };
}

function passRole(role: unknown): AccessRequest[] {
  return [
    { action: 'iam:PassRole', resource: String(role), conditions: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
  ];
}

function assumable(parts: LambdaParts, role: string, name: string): void {
  try {
    parts.cloud.identity.serviceRole(role, 'lambda.amazonaws.com', name);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError(
      'InvalidParameterValueException',
      'The role defined for the function cannot be assumed by Lambda.',
      { fields: { Type: 'User' }, cause },
    );
  }
}

async function createFunction(parts: LambdaParts, input: OperationInput, context: RequestContext) {
  const ref = parseFunctionRef(input.FunctionName, undefined, context);
  const settings = settingsFrom(input, ref.name);
  refuseExisting(parts, ref);
  if (settings.role.split(':')[4] !== context.accountId) {
    throw new AwsError('AccessDeniedException', 'Cross-account pass role is not allowed.', { status: 403 });
  }
  assumable(parts, settings.role, ref.name);
  const code = await storeCode(parts.cloud, input.Code, context.caller);
  refuseExisting(parts, ref);
  const now = parts.cloud.clock.now();
  const latest: VersionRecord = {
    ...settings,
    version: '$LATEST',
    codeSha256: code.sha256,
    codeSize: code.size,
    lastModified: now,
    revisionId: randomUUID(),
    activeAt: now + parts.activationMilliseconds,
    updating: false,
  };
  const record: FunctionRecord = {
    accountId: context.accountId,
    region: context.region,
    name: ref.name,
    latest,
    published: [],
    lastVersion: 0,
    aliases: {},
    statements: [],
    tags: input.Tags ?? {},
    eventInvoke: {},
  };
  parts.functions.put(record);
  if (input.Publish) publish(parts, record);
  whenActive(parts, record);
  return describeVersion(record, latest, now);
}

function refuseExisting(parts: LambdaParts, ref: { accountId: string; region: string; name: string }): void {
  if (!parts.functions.find(ref)) return;
  throw new AwsError('ResourceConflictException', `Function already exist: ${ref.name}`, {
    status: 409,
    fields: { Type: 'User' },
  });
}

/** Lets the clock know of the end of Pending (so that a jumping one gets there), and starts a worker then. */
export function whenActive(parts: LambdaParts, record: FunctionRecord): void {
  const { revisionId } = record.latest;
  parts.cloud.clock.at(record.latest.activeAt, () => {
    const current = parts.functions.find(record);
    if (parts.prewarm && current?.latest.revisionId === revisionId) parts.invoker.prewarm(current, current.latest);
  });
}

function changeable(parts: LambdaParts, input: OperationInput, context: RequestContext): FunctionRecord {
  const ref = parseFunctionRef(input.FunctionName, undefined, context);
  const record = parts.functions.get(ref);
  if (input.RevisionId !== undefined && input.RevisionId !== record.latest.revisionId) {
    throw new AwsError(
      'PreconditionFailedException',
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
      { status: 412, fields: { Type: 'User' } },
    );
  }
  if (parts.cloud.clock.now() < record.latest.activeAt) {
    const what = record.latest.updating
      ? `An update is in progress for resource: ${functionArn(record)}`
      : 'The function is currently in the following state: Pending';
    throw new AwsError('ResourceConflictException', `The operation cannot be performed at this time. ${what}`, {
      status: 409,
      fields: { Type: 'User' },
    });
  }
  return record;
}

function change(parts: LambdaParts, record: FunctionRecord, changes: Partial<VersionRecord>, publishIt?: boolean) {
  const now = parts.cloud.clock.now();
  const previous = record.latest;
  const latest: VersionRecord = {
    ...previous,
    ...changes,
    lastModified: now,
    revisionId: randomUUID(),
    activeAt: now + parts.activationMilliseconds,
    updating: true,
  };
  const changed = { ...record, latest };
  parts.functions.put(changed);
  parts.invoker.discard(record, previous);
  const published = publishIt ? publish(parts, changed) : undefined;
  whenActive(parts, changed);
  return describeVersion(changed, published ?? latest, now);
}

/** Freezes `$LATEST` as the next version, unless the newest version equals it already. */
export function publish(parts: LambdaParts, record: FunctionRecord, description?: string): VersionRecord {
  const newest = record.published.at(-1);
  if (newest?.codeSha256 === record.latest.codeSha256 && newest.lastModified >= record.latest.lastModified)
    return newest;
  const version: VersionRecord = {
    ...record.latest,
    ...(description !== undefined && { description }),
    version: String(record.lastVersion + 1),
    revisionId: randomUUID(),
  };
  record.published = [...record.published, version];
  record.lastVersion++;
  parts.functions.put(record);
  return version;
}

function deleteFunction(parts: LambdaParts, input: OperationInput, context: RequestContext): void {
  const ref = parseFunctionRef(input.FunctionName, input.Qualifier, context);
  const record = parts.functions.get(ref);
  if (ref.qualifier === undefined) {
    for (const version of [record.latest, ...record.published]) parts.invoker.discard(record, version);
    parts.functions.delete(ref);
    return;
  }
  if (ref.qualifier === '$LATEST') {
    throw new AwsError(
      'InvalidParameterValueException',
      '$LATEST version cannot be deleted without deleting the function.',
      { fields: { Type: 'User' } },
    );
  }
  const version = parts.functions.version(record, ref);
  if (Object.values(record.aliases).some((alias) => alias.version === version.version)) {
    throw new AwsError('ResourceConflictException', 'Version is still being referenced by aliases.', {
      status: 409,
      fields: { Type: 'User' },
    });
  }
  parts.invoker.discard(record, version);
  parts.functions.put({ ...record, published: record.published.filter((other) => other.version !== version.version) });
}
