import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { parseFunctionRef } from './arn.ts';
import { change, changeable } from './change-function.ts';
import { storeCode } from './code-store.ts';
import { describeVersion, settingsFrom } from './configuration.ts';
import { assumable, createFunction, passRole } from './create-function.ts';
import type { FunctionRecord } from './function-store.ts';
import { lookUp, page } from './lookup.ts';
import { type LambdaParts, onFunction } from './parts.ts';
import { checkedVpc } from './vpc.ts';

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
        const moved = input.VpcConfig !== undefined || input.Role !== undefined;
        const vpc = moved ? checkedVpc(parts, settings, record.name, context) : settings.vpc;
        return change(parts, withoutOptional(record), { ...settings, ...(vpc && { vpc }) });
      },
    },
    DeleteFunction: {
      http: { method: 'DELETE', uri: FUNCTION, status: 204 },
      authorize: guard('DeleteFunction'),
      handle: (input, context) => deleteFunction(parts, input, context),
    },
  };
}

/** What a request takes away is missing in the settings that it leads to. */
function withoutOptional(record: FunctionRecord): FunctionRecord {
  const { vpc: _, deadLetterTarget: __, ...latest } = record.latest;
  return { ...record, latest };
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
