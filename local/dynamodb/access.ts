import type { AccessRequest, OperationInput, RequestContext } from '../kernel/service.ts';
import { type TableRecord, type Tables, tableArn, tableRef } from './tables.ts';

type Conditions = Record<string, string | readonly string[]>;

/** The IAM check of an operation on the table of `TableName`, or the index of `IndexName`. */
export function onTable(action: string, tables: Tables) {
  return (input: OperationInput, context: RequestContext): AccessRequest[] => {
    const ref = tableRef(input.TableName, context);
    const record = tables.find(ref);
    const index = typeof input.IndexName === 'string' ? `/index/${input.IndexName}` : '';
    return [
      {
        action: `dynamodb:${action}`,
        resource: `${tableArn(ref)}${index}`,
        resourceAccountId: ref.accountId,
        conditions: conditionsOf(input, record),
      },
    ];
  };
}

/** BatchGetItem and BatchWriteItem are checked once per table. */
export function onBatch(action: string, tables: Tables) {
  return (input: OperationInput, context: RequestContext): AccessRequest[] =>
    Object.entries<OperationInput>(input.RequestItems ?? {}).map(([name, request]) => {
      const ref = tableRef(name, context);
      const hashKey = tables.find(ref)?.hashKey ?? '';
      const items: OperationInput[] = request?.Keys ?? (Array.isArray(request) ? request : []);
      const keys = items.map((item) => item?.PutRequest?.Item ?? item?.DeleteRequest?.Key ?? item);
      return {
        action: `dynamodb:${action}`,
        resource: tableArn(ref),
        resourceAccountId: ref.accountId,
        conditions: leading(keys.map((item) => text(item?.[hashKey]))),
      };
    });
}

/** On the ARN of `ResourceArn` (tags). */
export function onArn(action: string) {
  return (input: OperationInput): AccessRequest[] => [
    { action: `dynamodb:${action}`, resource: String(input.ResourceArn) },
  ];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html */
function conditionsOf(input: OperationInput, record: TableRecord | undefined): Conditions {
  const hashKey = typeof input.IndexName === 'string' ? record?.indexHashKeys[input.IndexName] : record?.hashKey;
  const item = input.Item ?? input.Key;
  const value = hashKey === undefined ? undefined : item ? text(item[hashKey]) : queried(input, hashKey);
  return {
    ...leading([value]),
    ...(input.Select && { 'dynamodb:Select': String(input.Select) }),
    ...(input.ReturnValues && { 'dynamodb:ReturnValues': String(input.ReturnValues) }),
  };
}

function leading(values: readonly (string | undefined)[]): Conditions {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? {} : { 'dynamodb:LeadingKeys': known };
}

/** The partition a Query reads: the value its key condition compares the hash key with. */
function queried(input: OperationInput, hashKey: string): string | undefined {
  const legacy = input.KeyConditions?.[hashKey]?.AttributeValueList?.[0];
  if (legacy) return text(legacy);
  for (const [, name = '', value = ''] of String(input.KeyConditionExpression ?? '').matchAll(
    /([#\w.-]+)\s*=\s*(:\w+)/g,
  )) {
    if ((input.ExpressionAttributeNames?.[name] ?? name) === hashKey)
      return text(input.ExpressionAttributeValues?.[value]);
  }
  return undefined;
}

function text(value: OperationInput): string | undefined {
  const scalar = value?.S ?? value?.N ?? value?.B;
  return scalar === undefined ? undefined : String(scalar);
}
