import type { OperationInput } from '../kernel/service.ts';
import { type BudgetRecord, invalid } from './budget-store.ts';

const TYPES = ['USAGE', 'COST', 'RI_UTILIZATION', 'RI_COVERAGE', 'SAVINGS_PLANS_UTILIZATION', 'SAVINGS_PLANS_COVERAGE'];
const TIME_UNITS = ['DAILY', 'MONTHLY', 'QUARTERLY', 'ANNUALLY', 'CUSTOM'];
/** 15 June 2087: the end of a budget that names none. */
const FAR_END = 3_706_473_600;
const COST_TYPES = {
  IncludeTax: true,
  IncludeSubscription: true,
  UseBlended: false,
  IncludeRefund: true,
  IncludeCredit: true,
  IncludeUpfront: true,
  IncludeRecurring: true,
  IncludeOtherSubscription: true,
  IncludeSupport: true,
  IncludeDiscount: true,
  UseAmortized: false,
};

/**
 * The Budget of a request with AWS's defaults; `now` in milliseconds. Throws InvalidParameterException.
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
 */
export function parseBudget(budget: OperationInput, now: number): BudgetRecord['budget'] {
  const name = budget?.BudgetName;
  if (typeof name !== 'string' || !/^[^:\\]{1,100}$/.test(name)) {
    throw invalid(
      `1 validation error detected: Value '${String(name)}' at 'budget.budgetName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?![^:\\\\]*/action/|(?i).*<script>.*</script>.*)[^:\\\\]+$`,
    );
  }
  if (!TYPES.includes(budget.BudgetType)) throw enumeration('budgetType', budget.BudgetType, TYPES);
  if (!TIME_UNITS.includes(budget.TimeUnit)) throw enumeration('timeUnit', budget.TimeUnit, TIME_UNITS);
  if (!budget.BudgetLimit && !budget.PlannedBudgetLimits && !budget.AutoAdjustData) {
    throw invalid('Budget limit is required: one of BudgetLimit, PlannedBudgetLimits and AutoAdjustData.');
  }
  const limit = budget.BudgetLimit && parseSpend(budget.BudgetLimit, budget.BudgetType);
  const start = seconds(budget.TimePeriod?.Start) ?? startOfMonth(now);
  const end = seconds(budget.TimePeriod?.End) ?? FAR_END;
  if (end <= start) throw invalid('Budget time period end must be after its start.');
  const { CalculatedSpend: _calculated, LastUpdatedTime: _updated, ...given } = budget;
  return {
    ...given,
    BudgetName: name,
    ...(limit && { BudgetLimit: limit }),
    TimePeriod: { Start: start, End: end },
    CostFilters: budget.CostFilters ?? {},
    ...(budget.BudgetType === 'COST' && { CostTypes: { ...COST_TYPES, ...budget.CostTypes } }),
    CalculatedSpend: { ActualSpend: { Amount: '0.0', Unit: limit?.Unit ?? 'USD' } },
  };
}

function parseSpend(spend: OperationInput, type: string): { Amount: string; Unit: string } {
  const { Amount: amount, Unit: unit } = spend;
  if (typeof amount !== 'string' || !/^-?([0-9]*\.)?[0-9]+$/.test(amount)) {
    throw invalid(
      `1 validation error detected: Value '${String(amount)}' at 'budget.budgetLimit.amount' failed to satisfy constraint: Member must satisfy regular expression pattern: ([0-9]*\\.)?[0-9]+`,
    );
  }
  if (Number(amount) <= 0) throw invalid('Budget limit amount must be greater than 0.');
  if (type === 'COST' && unit !== 'USD')
    throw invalid(`Unit ${String(unit)} is not supported for a COST budget: use USD.`);
  return { Amount: amount, Unit: String(unit) };
}

function seconds(time: unknown): number | undefined {
  if (time === undefined || time === null) return undefined;
  const value = typeof time === 'number' ? time : Date.parse(String(time)) / 1000;
  if (!Number.isFinite(value)) throw invalid(`The time ${String(time)} is not valid.`);
  return value;
}

function startOfMonth(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 1000;
}

function enumeration(member: string, value: unknown, allowed: readonly string[]) {
  return invalid(
    `1 validation error detected: Value '${String(value)}' at 'budget.${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
  );
}
