import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { onArn } from './access.ts';
import { notFound, type TableRecord, type Tables, tableRef, validation } from './tables.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html */
export function tagOperations(tables: Tables): Record<string, Operation> {
  const owner = (input: OperationInput, context: RequestContext): TableRecord => {
    const record = tables.find(tableRef(input.ResourceArn, context));
    if (!record) throw notFound(`Requested resource not found: ResourcArn: ${input.ResourceArn} not found`);
    return record;
  };
  return {
    TagResource: {
      authorize: onArn('TagResource'),
      handle(input, context) {
        const record = owner(input, context);
        const added = (input.Tags ?? []).map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]);
        const tags = { ...record.tags, ...Object.fromEntries(added) };
        if (Object.keys(tags).length > 50)
          throw validation('One or more parameter values were invalid: Too many tags: the limit is 50');
        tables.put({ ...record, tags });
      },
    },
    UntagResource: {
      authorize: onArn('UntagResource'),
      handle(input, context) {
        const record = owner(input, context);
        const keys: string[] = input.TagKeys ?? [];
        tables.put({
          ...record,
          tags: Object.fromEntries(Object.entries(record.tags).filter(([name]) => !keys.includes(name))),
        });
      },
    },
    ListTagsOfResource: {
      authorize: onArn('ListTagsOfResource'),
      handle: (input, context) => ({
        Tags: Object.entries(owner(input, context).tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    },
  };
}
