import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Cloud, OperationInput, RequestContext } from '../kernel/service.ts';
import type { Collection } from '../kernel/store.ts';

/** What a notification watches; two with equal members are the same notification. */
export interface Notification {
  NotificationType: 'ACTUAL' | 'FORECASTED';
  ComparisonOperator: 'GREATER_THAN' | 'LESS_THAN' | 'EQUAL_TO';
  Threshold: number;
  ThresholdType: 'PERCENTAGE' | 'ABSOLUTE_VALUE';
}

export interface Subscriber {
  SubscriptionType: 'SNS' | 'EMAIL';
  Address: string;
}

export interface BudgetRecord {
  /** The members of the API's Budget; times in epoch seconds. */
  budget: Record<string, OperationInput> & { BudgetName: string };
  notifications: { notification: Notification; subscribers: Subscriber[] }[];
  tags: Record<string, string>;
  /** Simulated milliseconds. */
  updatedAt: number;
}

export interface BudgetStore {
  find(accountId: string, name: string): BudgetRecord | undefined;
  /** Throws NotFoundException; `verb` begins its text ("get", "delete"). */
  get(accountId: string, name: string, verb: string): BudgetRecord;
  put(accountId: string, record: BudgetRecord): void;
  delete(accountId: string, name: string): void;
  list(accountId: string): BudgetRecord[];
  count(accountId: string): number;
}

/** Budgets belong to an account, not to a region. */
export function openBudgetStore(cloud: Cloud): BudgetStore {
  const collection: Collection<BudgetRecord> = cloud.store.collection('budgets.budgets');
  const counts = new Map<string, number>();
  for (const [key] of collection.entries()) add(key.slice(0, 12), 1);

  function add(accountId: string, change: number): void {
    counts.set(accountId, (counts.get(accountId) ?? 0) + change);
  }
  const find = (accountId: string, name: string) => collection.get(`${accountId}/${name}`);
  return {
    find,
    get(accountId, name, verb) {
      const record = find(accountId, name);
      if (!record)
        throw new AwsError('NotFoundException', `Unable to ${verb} budget: ${name} - the budget doesn't exist.`);
      return record;
    },
    put(accountId, record) {
      const name = record.budget.BudgetName;
      if (!find(accountId, name)) add(accountId, 1);
      collection.put(`${accountId}/${name}`, record);
    },
    delete(accountId, name) {
      if (collection.delete(`${accountId}/${name}`)) add(accountId, -1);
    },
    list: (accountId) => collection.entries(`${accountId}/`).map(([, record]) => record),
    count: (accountId) => counts.get(accountId) ?? 0,
  };
}

/** `arn:aws:budgets::ACCOUNT:budget/NAME` */
export function budgetArn(accountId: string, name: string): string {
  return `arn:aws:budgets::${accountId}:budget/${name}`;
}

/** The IAM check of an operation on a budget: there are two actions for them all. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html */
export function onBudget(action: 'ModifyBudget' | 'ViewBudget') {
  return (input: OperationInput, context: RequestContext): AccessRequest[] => {
    const name = input.BudgetName ?? input.Budget?.BudgetName ?? input.NewBudget?.BudgetName ?? '*';
    const requests = [{ action: `budgets:${action}`, resource: budgetArn(accountOf(input, context), String(name)) }];
    const tagged = Array.isArray(input.ResourceTags) && input.ResourceTags.length > 0;
    return tagged
      ? [...requests, { ...requests[0], action: 'budgets:TagResource', resource: requests[0]?.resource ?? '*' }]
      : requests;
  };
}

/** The account of `AccountId`. Throws InvalidParameterException, and AccessDeniedException for an account that is not the caller's. */
export function accountOf(input: OperationInput, context: RequestContext): string {
  const accountId = input.AccountId;
  if (typeof accountId !== 'string' || !/^\d{12}$/.test(accountId))
    throw invalid('AccountId must be a 12-digit account id.');
  if (accountId === context.accountId) return accountId;
  throw new AwsError(
    'AccessDeniedException',
    `Account ${context.accountId} may not access the budgets of account ${accountId}.`,
  );
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
