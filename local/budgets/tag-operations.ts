import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { accountOf, type BudgetRecord, type BudgetStore, invalid } from './budget-store.ts';

/** https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_TagResource.html */
export function tagOperations(store: BudgetStore): Record<string, Operation> {
  const guard = (action: string) => (input: OperationInput) => [
    { action: `budgets:${action}`, resource: String(input.ResourceARN) },
  ];
  const owner = (input: OperationInput, context: RequestContext): { accountId: string; record: BudgetRecord } => {
    const [, AccountId, name] = /^arn:aws[a-z-]*:budgets::(\d{12}):budget\/(.+)$/.exec(String(input.ResourceARN)) ?? [];
    if (!AccountId || !name) throw invalid(`The ARN ${String(input.ResourceARN)} is not that of a budget.`);
    const accountId = accountOf({ AccountId }, context);
    return { accountId, record: store.get(accountId, name, 'get') };
  };
  return {
    TagResource: {
      authorize: guard('TagResource'),
      handle(input, context) {
        const { accountId, record } = owner(input, context);
        const added = (input.ResourceTags ?? []).map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]);
        const tags = { ...record.tags, ...Object.fromEntries(added) };
        if (Object.keys(tags).length > 200) {
          throw new AwsError('ServiceQuotaExceededException', 'A budget can have no more than 200 tags.');
        }
        store.put(accountId, { ...record, tags });
        return {};
      },
    },
    UntagResource: {
      authorize: guard('UntagResource'),
      handle(input, context) {
        const { accountId, record } = owner(input, context);
        const keys: string[] = input.ResourceTagKeys ?? [];
        store.put(accountId, {
          ...record,
          tags: Object.fromEntries(Object.entries(record.tags).filter(([name]) => !keys.includes(name))),
        });
        return {};
      },
    },
    ListTagsForResource: {
      authorize: guard('ListTagsForResource'),
      handle: (input, context) => ({
        ResourceTags: Object.entries(owner(input, context).record.tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    },
  };
}
