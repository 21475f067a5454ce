import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { onBatch, onTable } from './access.ts';
import { type Tables, tableRef } from './tables.ts';

const SINGLE = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'];
const BATCH = ['BatchGetItem', 'BatchWriteItem'];

/** Reads and writes of items: the engine's, once the table is ready. Transactions and PartiQL are not part of it. */
export function itemOperations(tables: Tables): Record<string, Operation> {
  const operations: Record<string, Operation> = {};
  for (const name of SINGLE) {
    operations[name] = {
      authorize: onTable(name, tables),
      async handle(input, context) {
        if (input.TableName === undefined) return await tables.engine(context).run(name, input);
        const ref = tableRef(input.TableName, context);
        const own = { ...input, TableName: ref.name };
        // A malformed request is told so even if its table is not there.
        if (!tables.find(ref)) return await tables.engine(ref).run(name, own);
        tables.ready(ref);
        try {
          return await tables.engine(ref).run(name, own);
        } catch (error) {
          throw await withItem(tables, input, context, error);
        }
      },
    };
  }
  for (const name of BATCH) {
    operations[name] = {
      authorize: onBatch(name, tables),
      async handle(input, context) {
        for (const table of Object.keys(input.RequestItems ?? {})) {
          const ref = tableRef(table, context);
          if (tables.find(ref)) tables.ready(ref);
        }
        return await tables.engine(context).run(name, input);
      },
    };
  }
  return operations;
}

/** `ReturnValuesOnConditionCheckFailure: ALL_OLD` puts the item that did not meet the condition into the error. */
async function withItem(
  tables: Tables,
  input: OperationInput,
  context: RequestContext,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') return error;
  if (input.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return error;
  const ref = tableRef(input.TableName, context);
  const engine = tables.engine(ref);
  const { Table } = await engine.run('DescribeTable', { TableName: ref.name });
  const source = input.Key ?? input.Item;
  const Key = Object.fromEntries(
    Table.KeySchema.map(({ AttributeName }: { AttributeName: string }) => [AttributeName, source[AttributeName]]),
  );
  const { Item } = await engine.run('GetItem', { TableName: ref.name, Key, ConsistentRead: true });
  return new AwsError(error.code, error.message, { fields: { ...error.fields, ...(Item && { Item }) } });
}
