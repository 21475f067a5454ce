import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { parseBudget } from './budget-input.ts';
import { accountOf, type BudgetRecord, type BudgetStore, invalid, onBudget } from './budget-store.ts';
import { parseNotifications } from './notification-input.ts';

/** https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html */
const MOST_BUDGETS = 20_000;

/** Create, describe, change and delete budgets. Nothing is spent in the local cloud, so no budget is ever exceeded. */
export function budgetOperations(cloud: Cloud, store: BudgetStore): Record<string, Operation> {
  return {
    CreateBudget: {
      authorize: onBudget('ModifyBudget'),
      handle(input, context) {
        const accountId = accountOf(input, context);
        const budget = parseBudget(input.Budget, cloud.clock.now());
        if (store.find(accountId, budget.BudgetName)) {
          throw new AwsError(
            'DuplicateRecordException',
            `Error creating budget: ${budget.BudgetName} - the budget already exists.`,
          );
        }
        if (store.count(accountId) >= MOST_BUDGETS) {
          throw new AwsError(
            'CreationLimitExceededException',
            `Error creating budget: ${budget.BudgetName} - the limit of ${MOST_BUDGETS} budgets is exceeded.`,
          );
        }
        store.put(accountId, {
          budget,
          notifications: parseNotifications(input.NotificationsWithSubscribers ?? []),
          tags: tagsOf(input.ResourceTags),
          updatedAt: cloud.clock.now(),
        });
        return {};
      },
    },
    DescribeBudget: {
      authorize: onBudget('ViewBudget'),
      handle(input, context) {
        return { Budget: describeBudget(store.get(accountOf(input, context), String(input.BudgetName), 'get')) };
      },
    },
    DescribeBudgets: {
      authorize: onBudget('ViewBudget'),
      handle(input, context) {
        const all = store.list(accountOf(input, context)).map(describeBudget);
        return page(all, input, 'Budgets');
      },
    },
    DescribeBudgetPerformanceHistory: {
      authorize: onBudget('ViewBudget'),
      handle(input, context) {
        const record = store.get(accountOf(input, context), String(input.BudgetName), 'get');
        const { Amounts, NextToken } = page(months(record, cloud.clock.now()), input, 'Amounts') as {
          Amounts: unknown[];
          NextToken?: string;
        };
        const { BudgetName, BudgetType, CostFilters, CostTypes, TimeUnit } = record.budget;
        return {
          BudgetPerformanceHistory: {
            BudgetName,
            BudgetType,
            CostFilters,
            CostTypes,
            TimeUnit,
            BudgetedAndActualAmountsList: Amounts,
          },
          ...(NextToken && { NextToken }),
        };
      },
    },
    UpdateBudget: {
      authorize: onBudget('ModifyBudget'),
      handle(input, context) {
        const accountId = accountOf(input, context);
        const budget = parseBudget(input.NewBudget, cloud.clock.now());
        const before = store.get(accountId, budget.BudgetName, 'update');
        store.put(accountId, { ...before, budget, updatedAt: cloud.clock.now() });
        return {};
      },
    },
    DeleteBudget: {
      authorize: onBudget('ModifyBudget'),
      handle(input, context) {
        const accountId = accountOf(input, context);
        store.get(accountId, String(input.BudgetName), 'delete');
        store.delete(accountId, String(input.BudgetName));
        return {};
      },
    },
  };
}

/** A page of `MaxResults` (100 by default, 1,000 at most); the token is the position. Throws InvalidNextTokenException. */
export function page(all: readonly unknown[], input: OperationInput, member: string): Record<string, unknown> {
  const size = Number(input.MaxResults ?? 100);
  if (!(size >= 1 && size <= 1000)) throw invalid('MaxResults must be between 1 and 1000.');
  const start = Number(input.NextToken ?? 0);
  if (!Number.isInteger(start)) throw new AwsError('InvalidNextTokenException', 'The pagination token is invalid.');
  const end = start + size;
  return { [member]: all.slice(start, end), ...(end < all.length && { NextToken: String(end) }) };
}

/**
 * The months of a monthly budget from its start on, thirteen at most, newest first. Nothing is spent in the local cloud.
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeBudgetPerformanceHistory.html
 */
function months({ budget }: BudgetRecord, now: number): Record<string, unknown>[] {
  const { Unit = 'USD' } = budget['BudgetLimit'] ?? {};
  const from = Number(budget['TimePeriod']?.Start ?? now / 1_000) * 1_000;
  const found: Record<string, unknown>[] = [];
  const today = new Date(now);
  for (let back = 0; back < 13; back++) {
    const start = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back, 1);
    const end = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back + 1, 1);
    if (end <= from) break;
    found.push({
      BudgetedAmount: budget['BudgetLimit'],
      ActualAmount: { Amount: '0', Unit },
      TimePeriod: { Start: start / 1_000, End: end / 1_000 },
    });
  }
  return found;
}

function describeBudget({ budget, updatedAt }: BudgetRecord): Record<string, unknown> {
  return { ...budget, LastUpdatedTime: new Date(updatedAt) };
}

function tagsOf(tags: { Key: string; Value: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value]));
}
