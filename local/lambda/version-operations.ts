import { randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { functionArn, parseFunctionRef } from './arn.ts';
import { describeVersion } from './configuration.ts';
import type { AliasRecord, FunctionRecord } from './function-store.ts';
import { page } from './lookup.ts';
import { type LambdaParts, onFunction } from './parts.ts';
import { publish } from './publish.ts';

const FUNCTION = '/2015-03-31/functions/{FunctionName}';

/** Published versions and the aliases that point at them. https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html */
export function versionOperations(parts: LambdaParts): Record<string, Operation> {
  const { cloud, functions } = parts;
  const guard = (action: string) => onFunction(`lambda:${action}`, functions);
  const owner = (input: OperationInput, context: RequestContext) =>
    functions.get(parseFunctionRef(input.FunctionName, undefined, context));
  return {
    PublishVersion: {
      http: { method: 'POST', uri: `${FUNCTION}/versions`, status: 201 },
      authorize: guard('PublishVersion'),
      handle(input, context) {
        const record = owner(input, context);
        if (input.CodeSha256 !== undefined && input.CodeSha256 !== record.latest.codeSha256) {
          throw invalid(
            `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${record.latest.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
          );
        }
        return describeVersion(record, publish(parts, record, input.Description), cloud.clock.now());
      },
    },
    ListVersionsByFunction: {
      http: { method: 'GET', uri: `${FUNCTION}/versions` },
      authorize: guard('ListVersionsByFunction'),
      handle(input, context) {
        const record = owner(input, context);
        const all = [record.latest, ...record.published].map((version) => ({
          ...describeVersion(record, version, cloud.clock.now()),
          FunctionArn: functionArn({ ...record, qualifier: version.version }),
        }));
        return page(all, input, 'Versions');
      },
    },
    CreateAlias: {
      http: { method: 'POST', uri: `${FUNCTION}/aliases`, status: 201 },
      authorize: guard('CreateAlias'),
      handle(input, context) {
        const record = owner(input, context);
        if (record.aliases[input.Name]) {
          throw new AwsError(
            'ResourceConflictException',
            `Alias already exists: ${functionArn({ ...record, qualifier: input.Name })}`,
            { status: 409, fields: { Type: 'User' } },
          );
        }
        return putAlias(
          parts,
          record,
          { name: aliasName(input.Name), version: '', description: '', revisionId: '' },
          input,
        );
      },
    },
    UpdateAlias: {
      http: { method: 'PUT', uri: `${FUNCTION}/aliases/{Name}` },
      authorize: guard('UpdateAlias'),
      handle(input, context) {
        const record = owner(input, context);
        return putAlias(parts, record, findAlias(record, input.Name), input);
      },
    },
    GetAlias: {
      http: { method: 'GET', uri: `${FUNCTION}/aliases/{Name}` },
      authorize: guard('GetAlias'),
      handle(input, context) {
        const record = owner(input, context);
        return describeAlias(record, findAlias(record, input.Name));
      },
    },
    ListAliases: {
      http: { method: 'GET', uri: `${FUNCTION}/aliases` },
      authorize: guard('ListAliases'),
      handle(input, context) {
        const record = owner(input, context);
        const all = Object.values(record.aliases)
          .filter((alias) => input.FunctionVersion === undefined || alias.version === input.FunctionVersion)
          .map((alias) => describeAlias(record, alias));
        return page(all, input, 'Aliases');
      },
    },
    DeleteAlias: {
      http: { method: 'DELETE', uri: `${FUNCTION}/aliases/{Name}`, status: 204 },
      authorize: guard('DeleteAlias'),
      handle(input, context) {
        const record = owner(input, context);
        const { [String(input.Name)]: _removed, ...aliases } = record.aliases;
        functions.put({ ...record, aliases });
      },
    },
  };
}

function aliasName(value: unknown): string {
  if (typeof value === 'string' && /^(?!^[0-9]+$)[a-zA-Z0-9-_]{1,128}$/.test(value)) return value;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${String(value)}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)`,
  );
}

function findAlias(record: FunctionRecord, name: string): AliasRecord {
  const alias = record.aliases[name];
  if (alias) return alias;
  throw new AwsError(
    'ResourceNotFoundException',
    `Cannot find alias arn: ${functionArn({ ...record, qualifier: name })}`,
    {
      status: 404,
      fields: { Type: 'User' },
    },
  );
}

function putAlias(parts: LambdaParts, record: FunctionRecord, before: AliasRecord, input: OperationInput) {
  const weights = input.RoutingConfig === undefined ? before.weights : input.RoutingConfig.AdditionalVersionWeights;
  const alias: AliasRecord = {
    name: before.name,
    version: input.FunctionVersion ?? before.version,
    description: input.Description ?? before.description,
    revisionId: randomUUID(),
    ...(weights && Object.keys(weights).length > 0 && { weights }),
  };
  for (const version of [alias.version, ...Object.keys(alias.weights ?? {})]) {
    if (version === '$LATEST' || record.published.some((known) => known.version === version)) continue;
    throw new AwsError(
      'ResourceNotFoundException',
      `Function not found: ${functionArn({ ...record, qualifier: version })}`,
      {
        status: 404,
        fields: { Type: 'User' },
      },
    );
  }
  if (alias.version === '$LATEST' && alias.weights)
    throw invalid('$LATEST is not supported for an alias pointing to more than 1 version');
  parts.functions.put({ ...record, aliases: { ...record.aliases, [alias.name]: alias } });
  return describeAlias(record, alias);
}

function describeAlias(record: FunctionRecord, alias: AliasRecord): Record<string, unknown> {
  return {
    AliasArn: functionArn({ ...record, qualifier: alias.name }),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    RevisionId: alias.revisionId,
    ...(alias.weights && { RoutingConfig: { AdditionalVersionWeights: alias.weights } }),
  };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, { fields: { Type: 'User' } });
}
