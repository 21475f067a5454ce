import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, refusal, type TestCloud, testCloud } from '../lambda/test-cloud.ts';
import { budgetsService } from './service.ts';

let test: TestCloud;
beforeEach(async () => {
  test = await testCloud([budgetsService]);
});
afterEach(() => test.cloud.stop());

const call = <Output = Record<string, unknown>>(operation: string, input: object) =>
  test.call<Output>('budgets', operation, { AccountId: ACCOUNT, ...input });
const BUDGET = {
  BudgetName: 'acme',
  BudgetType: 'COST',
  TimeUnit: 'MONTHLY',
  BudgetLimit: { Amount: '100', Unit: 'USD' },
};
const NOTIFICATION = { NotificationType: 'ACTUAL', ComparisonOperator: 'GREATER_THAN', Threshold: 80 };
const MAIL = { SubscriptionType: 'EMAIL', Address: 'owner@example.com' };

describe('budgets', () => {
  it('are created once, described with their defaults, changed and deleted', async () => {
    await call('CreateBudget', { Budget: BUDGET, ResourceTags: [{ Key: 'tenant', Value: 'acme' }] });
    expect(await refusal(call('CreateBudget', { Budget: BUDGET }))).toMatchObject({
      code: 'DuplicateRecordException',
      message: 'Error creating budget: acme - the budget already exists.',
    });
    const { Budget } = await call<{ Budget: Record<string, unknown> }>('DescribeBudget', { BudgetName: 'acme' });
    expect(Budget).toMatchObject({
      ...BUDGET,
      TimePeriod: { End: 3_706_473_600 },
      CostTypes: { IncludeTax: true, UseBlended: false },
      CalculatedSpend: { ActualSpend: { Amount: '0.0', Unit: 'USD' } },
    });
    expect(Budget['LastUpdatedTime']).toBeInstanceOf(Date);
    await call('UpdateBudget', { NewBudget: { ...BUDGET, BudgetLimit: { Amount: '7.5', Unit: 'USD' } } });
    expect(await call('DescribeBudgets', {})).toMatchObject({ Budgets: [{ BudgetLimit: { Amount: '7.5' } }] });
    expect(await call('ListTagsForResource', { ResourceARN: `arn:aws:budgets::${ACCOUNT}:budget/acme` })).toEqual({
      ResourceTags: [{ Key: 'tenant', Value: 'acme' }],
    });
    await call('DeleteBudget', { BudgetName: 'acme' });
    expect((await refusal(call('DescribeBudget', { BudgetName: 'acme' }))).message).toBe(
      "Unable to get budget: acme - the budget doesn't exist.",
    );
  });

  it('come in pages', async () => {
    for (const name of ['a', 'b', 'c']) await call('CreateBudget', { Budget: { ...BUDGET, BudgetName: name } });
    const first = await call<{ Budgets: unknown[]; NextToken: string }>('DescribeBudgets', { MaxResults: 2 });
    expect(first.Budgets).toHaveLength(2);
    expect(await call('DescribeBudgets', { MaxResults: 2, NextToken: first.NextToken })).toMatchObject({
      Budgets: [{ BudgetName: 'c' }],
    });
  });

  it.each([
    [{ BudgetName: 'a:b' }],
    [{ BudgetType: 'MONEY' }],
    [{ TimeUnit: 'HOURLY' }],
    [{ BudgetLimit: { Amount: '-1', Unit: 'USD' } }],
    [{ BudgetLimit: { Amount: '1', Unit: 'EUR' } }],
    [{ BudgetLimit: undefined }],
    [{ TimePeriod: { Start: 2_000_000_000, End: 1_000_000_000 } }],
  ])('refuse %j', async (wrong) => {
    expect((await refusal(call('CreateBudget', { Budget: { ...BUDGET, ...wrong } }))).code).toBe(
      'InvalidParameterException',
    );
  });

  it('belong to the account of the caller, under budgets:ModifyBudget', async () => {
    test.checked.length = 0;
    await call('CreateBudget', { Budget: BUDGET });
    expect(test.checked).toEqual([
      { action: 'budgets:ModifyBudget', resource: `arn:aws:budgets::${ACCOUNT}:budget/acme` },
    ]);
    expect((await refusal(call('DescribeBudgets', { AccountId: '222222222222' }))).code).toBe('AccessDeniedException');
  });
});

describe('notifications', () => {
  it('are created with their subscribers, never twice, and deleted', async () => {
    await call('CreateBudget', {
      Budget: BUDGET,
      NotificationsWithSubscribers: [{ Notification: NOTIFICATION, Subscribers: [MAIL] }],
    });
    expect(
      (
        await refusal(
          call('CreateNotification', { BudgetName: 'acme', Notification: NOTIFICATION, Subscribers: [MAIL] }),
        )
      ).code,
    ).toBe('DuplicateRecordException');
    expect(
      (
        await refusal(
          call('CreateNotification', {
            BudgetName: 'acme',
            Notification: { ...NOTIFICATION, Threshold: 90 },
            Subscribers: [],
          }),
        )
      ).code,
    ).toBe('InvalidParameterException');
    expect(await call('DescribeNotificationsForBudget', { BudgetName: 'acme' })).toMatchObject({
      Notifications: [{ ...NOTIFICATION, ThresholdType: 'PERCENTAGE' }],
    });
    expect(
      await call('DescribeSubscribersForNotification', { BudgetName: 'acme', Notification: NOTIFICATION }),
    ).toEqual({ Subscribers: [MAIL] });
    expect(
      (await refusal(call('DeleteSubscriber', { BudgetName: 'acme', Notification: NOTIFICATION, Subscriber: MAIL })))
        .code,
    ).toBe('InvalidParameterException');
    await call('DeleteNotification', { BudgetName: 'acme', Notification: NOTIFICATION });
    expect(await call('DescribeNotificationsForBudget', { BudgetName: 'acme' })).toEqual({ Notifications: [] });
  });

  it('are at most ten', async () => {
    const many = Array.from({ length: 11 }, (_, index) => ({
      Notification: { ...NOTIFICATION, Threshold: index + 1 },
      Subscribers: [MAIL],
    }));
    expect((await refusal(call('CreateBudget', { Budget: BUDGET, NotificationsWithSubscribers: many }))).code).toBe(
      'CreationLimitExceededException',
    );
    expect((await refusal(call('DescribeBudget', { BudgetName: 'acme' }))).code).toBe('NotFoundException');
  });
});
