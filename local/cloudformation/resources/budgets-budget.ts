import { adoptExisting, ifExists } from '../handler-errors.ts';
import { type Properties, type ResourceProvider, type ResourceRequest, sameJson } from '../resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html */
export const budget: ResourceProvider = {
  type: 'AWS::Budgets::Budget',
  properties: ['Budget', 'NotificationsWithSubscribers', 'ResourceTags'],
  required: ['Budget'],
  replaceOn: [],
  seconds: { create: 5, update: 3, delete: 2 },
  async create(request) {
    const { stack, properties } = request;
    const BudgetName =
      properties.Budget.BudgetName ??
      `${stack.stackName}-${request.logicalId}-${request.token.replaceAll('-', '').slice(-12)}`.slice(-100);
    const input = {
      AccountId: stack.accountId,
      Budget: budgetOf(properties.Budget, BudgetName),
      NotificationsWithSubscribers: notificationsOf(properties),
      ...(request.tags.length > 0 && { ResourceTags: request.tags }),
    };
    await adoptExisting(request, () => request.call('budgets', 'CreateBudget', input));
    return { physicalId: BudgetName };
  },
  async update(request, existing) {
    const { stack, properties } = request;
    const BudgetName = existing.physicalId;
    // The handlers of AWS make a renamed budget anew; so does this.
    if (properties.Budget.BudgetName !== undefined && properties.Budget.BudgetName !== BudgetName) {
      throw new Error('BudgetName cannot be changed by an update');
    }
    await request.call('budgets', 'UpdateBudget', {
      AccountId: stack.accountId,
      NewBudget: budgetOf(properties.Budget, BudgetName),
    });
    await setNotifications(request, BudgetName, notificationsOf(existing.properties), notificationsOf(properties));
    return { physicalId: BudgetName };
  },
  async delete(request, existing) {
    await ifExists(() =>
      request.call('budgets', 'DeleteBudget', { AccountId: request.stack.accountId, BudgetName: existing.physicalId }),
    );
  },
};

/** The API takes amounts as text. */
function budgetOf(properties: Properties, BudgetName: string): Properties {
  const { BudgetLimit, PlannedBudgetLimits, TimePeriod, ...rest } = properties;
  return {
    ...rest,
    BudgetName,
    ...(BudgetLimit && { BudgetLimit: { Amount: String(BudgetLimit.Amount), Unit: BudgetLimit.Unit } }),
    ...(PlannedBudgetLimits && { PlannedBudgetLimits }),
    ...(TimePeriod && { TimePeriod: { Start: epochOf(TimePeriod.Start), End: epochOf(TimePeriod.End) } }),
  };
}

/** Templates write epoch seconds or ISO text; the API takes epoch seconds. */
function epochOf(time: unknown): number | undefined {
  if (time === undefined) return undefined;
  const text = String(time);
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text.replace(/_/g, ' ')) / 1000;
}

function notificationsOf(properties: Properties): Properties[] {
  return (properties.NotificationsWithSubscribers ?? []).map(({ Notification, Subscribers }: Properties) => ({
    Notification: { ...Notification, Threshold: Number(Notification.Threshold) },
    Subscribers,
  }));
}

async function setNotifications(
  request: ResourceRequest,
  BudgetName: string,
  before: Properties[],
  after: Properties[],
): Promise<void> {
  const AccountId = request.stack.accountId;
  const has = (list: Properties[], item: Properties) => list.some((other) => sameJson(other, item));
  for (const item of before.filter((old) => !has(after, old))) {
    await ifExists(() =>
      request.call('budgets', 'DeleteNotification', { AccountId, BudgetName, Notification: item.Notification }),
    );
  }
  for (const item of after.filter((next) => !has(before, next))) {
    await request.call('budgets', 'CreateNotification', { AccountId, BudgetName, ...item });
  }
}
