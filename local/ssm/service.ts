import { AwsError } from '../kernel/errors.ts';
import type { Cloud, OperationInput, RequestContext, Service } from '../kernel/service.ts';
import { type ParameterRecord, parameterArn, parameterStore } from './parameters.ts';

type Handler = (input: OperationInput, context: RequestContext) => unknown;

/**
 * Parameter Store of AWS Systems Manager. SecureString values are kept as they are, under no key of KMS.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html
 */
export function ssmService(cloud: Cloud): Service {
  const store = parameterStore(cloud);
  const handlers: Record<string, Handler> = {
    PutParameter: (input, context) => store.put(input, context),
    GetParameter: (input, context) => ({ Parameter: view(store.require(String(input.Name), context), context) }),
    GetParameters(input, context) {
      const names: string[] = (input.Names ?? []).map(String);
      const found = names.flatMap((name) => store.find(name, context) ?? []);
      return {
        Parameters: found.map((record) => view(record, context)),
        InvalidParameters: names.filter((name) => !store.find(name, context)),
      };
    },
    GetParametersByPath(input, context) {
      const path = `${String(input.Path).replace(/\/+$/, '')}/`;
      const recursive = String(input.Recursive ?? false) === 'true';
      const below = store
        .list(context)
        .filter((record) => record.Name.startsWith(path))
        .filter((record) => recursive || !record.Name.slice(path.length).includes('/'));
      const { items, NextToken } = page(below, input.NextToken, Number(input.MaxResults ?? 10));
      return { Parameters: items.map((record) => view(record, context)), NextToken };
    },
    DescribeParameters(input, context) {
      const matching = store.list(context).filter((record) => matches(record, input.ParameterFilters ?? []));
      const { items, NextToken } = page(matching, input.NextToken, Number(input.MaxResults ?? 50));
      return { Parameters: items.map((record) => metadata(record, context)), NextToken };
    },
    DeleteParameter(input, context) {
      store.require(String(input.Name), context);
      store.delete(String(input.Name), context);
      return {};
    },
    DeleteParameters(input, context) {
      const names: string[] = (input.Names ?? []).map(String);
      const known = names.filter((name) => store.delete(name, context));
      return { DeletedParameters: known, InvalidParameters: names.filter((name) => !known.includes(name)) };
    },
    AddTagsToResource(input, context) {
      const record = store.require(String(input.ResourceId), context);
      store.save({ ...record, tags: { ...record.tags, ...tagsOf(input.Tags) } }, context);
      return {};
    },
    RemoveTagsFromResource(input, context) {
      const record = store.require(String(input.ResourceId), context);
      const keys: string[] = input.TagKeys ?? [];
      const tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !keys.includes(key)));
      store.save({ ...record, tags }, context);
      return {};
    },
    ListTagsForResource(input, context) {
      const { tags } = store.require(String(input.ResourceId), context);
      return { TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
  };
  return {
    name: 'ssm',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'AmazonSSM' },
    operations: Object.fromEntries(
      Object.entries(handlers).map(([name, handle]) => [
        name,
        { authorize: (input, context) => accessOf(name, input, context), handle },
      ]),
    ),
  };
}

/** Each parameter named is checked; a path stands for the parameters below it. */
function accessOf(operation: string, input: OperationInput, context: RequestContext) {
  if (input.Names !== undefined && !Array.isArray(input.Names))
    throw new AwsError('SerializationException', 'Expected list or null');
  const names: unknown[] = input.Names ?? [input.Name ?? input.ResourceId ?? input.Path];
  const named = names.filter((name) => name !== undefined).map(String);
  const action = `ssm:${operation}`;
  if (named.length === 0) return [{ action, resource: '*' }];
  return named.map((name) => ({ action, resource: parameterArn(name.split(':')[0] ?? name, context) }));
}

function view(record: ParameterRecord, context: RequestContext) {
  const { Name, Type, Value, Version, DataType } = record;
  return {
    Name,
    Type,
    Value,
    Version,
    DataType,
    LastModifiedDate: new Date(record.modifiedAt),
    ARN: parameterArn(Name, context),
  };
}

function metadata(record: ParameterRecord, context: RequestContext) {
  const { Value: _value, ...rest } = view(record, context);
  const { Description, AllowedPattern, Tier } = record;
  return { ...rest, Description, AllowedPattern, Tier, LastModifiedUser: record.modifiedBy, Policies: [] };
}

function matches(
  record: ParameterRecord,
  filters: readonly { Key: string; Option?: string; Values?: string[] }[],
): boolean {
  return filters.every(({ Key, Option = 'Equals', Values = [] }) => {
    const text = Key === 'Type' ? record.Type : record.Name;
    if (Option === 'BeginsWith') return Values.some((value) => text.startsWith(value));
    if (Option === 'Contains') return Values.some((value) => text.includes(value));
    return Values.includes(text);
  });
}

function page<T>(items: readonly T[], token: unknown, size: number): { items: T[]; NextToken?: string } {
  const start = Number(token ?? 0);
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length && { NextToken: String(end) }) };
}

function tagsOf(tags: readonly { Key: string; Value: string }[] = []): Record<string, string> {
  return Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value]));
}
