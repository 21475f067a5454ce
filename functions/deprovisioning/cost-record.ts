import { BudgetsClient, DescribeBudgetPerformanceHistoryCommand } from '@aws-sdk/client-budgets';
import type { LedgerEntry } from '../../tenancy/ledger.ts';
import { budgetName } from '../../tenancy/names.ts';
import { operatorCredentials } from '../accounts/access.ts';
import { environment } from '../runtime/environment.ts';

/** What one budget of the tenant has seen in a month: an estimate until AWS has closed it. */
export interface CostRecord {
  readonly accountId: string;
  readonly budget: string;
  /** First moment of the month, ISO 8601. */
  readonly month: string;
  readonly budgeted: string;
  readonly actual: string;
}

type Budgets = Pick<BudgetsClient, 'send'>;

/** Budgets of the account: as the function itself in the platform's, else as the operator of that account. They have one endpoint. */
export function budgetsIn(accountId: string): Budgets {
  const elsewhere = accountId !== environment('PLATFORM_ACCOUNT_ID');
  return new BudgetsClient({
    region: 'us-east-1',
    ...(elsewhere && { credentials: operatorCredentials(accountId) }),
  });
}

/**
 * What the tenant has cost by its tag, month by month, as its budgets know it: each placement has one, in the account of its
 * foundation. A budget that is gone has nothing to say any more.
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeBudgetPerformanceHistory.html
 */
export async function costsOf(
  budgetsOf: (accountId: string) => Budgets,
  ledger: readonly LedgerEntry[],
): Promise<CostRecord[]> {
  const records: CostRecord[] = [];
  for (const { kind, state, tenantId, generation, attributes } of ledger) {
    const accountId = attributes?.['accountId'];
    if (kind !== 'foundation' || state === 'DELETED' || !accountId) continue;
    records.push(...(await historyOf(budgetsOf(accountId), accountId, budgetName({ tenantId, generation }))));
  }
  return records;
}

async function historyOf(budgets: Budgets, accountId: string, budget: string): Promise<CostRecord[]> {
  const records: CostRecord[] = [];
  let NextToken: string | undefined;
  do {
    const page = await pageOf(budgets, { AccountId: accountId, BudgetName: budget, NextToken });
    if (page === undefined) return records;
    for (const each of page.BudgetPerformanceHistory?.BudgetedAndActualAmountsList ?? [])
      records.push({
        accountId,
        budget,
        month: each.TimePeriod?.Start?.toISOString() ?? '',
        budgeted: amount(each.BudgetedAmount),
        actual: amount(each.ActualAmount),
      });
    NextToken = page.NextToken;
  } while (NextToken);
  return records;
}

async function pageOf(
  budgets: Budgets,
  input: ConstructorParameters<typeof DescribeBudgetPerformanceHistoryCommand>[0],
) {
  try {
    return await budgets.send(new DescribeBudgetPerformanceHistoryCommand(input));
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') return undefined;
    throw error;
  }
}

/** `12.5 USD` */
function amount(spend: { Amount?: string | undefined; Unit?: string | undefined } | undefined): string {
  return `${spend?.Amount ?? '0'} ${spend?.Unit ?? 'USD'}`;
}
