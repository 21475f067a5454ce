import {
  BudgetsClient,
  CreateBudgetCommand,
  type DescribeBudgetPerformanceHistoryCommand,
} from '@aws-sdk/client-budgets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';
import type { LedgerEntry } from '../../tenancy/ledger.ts';
import { costsOf } from './cost-record.ts';

const accountId = '111111111111';
let local: LocalCloud;
let budgets: BudgetsClient;
beforeAll(async () => {
  local = await startLocalCloud({ port: 0, services: ['budgets'] });
  const credentials = { accessKeyId: accountId, secretAccessKey: 'test' };
  budgets = new BudgetsClient({ endpoint: local.endpoint, region: 'us-east-1', credentials });
});
afterAll(() => local.stop());

const foundation = (generation: number, state: LedgerEntry['state'] = 'CREATED'): LedgerEntry => ({
  tenantId: 'acme',
  kind: 'foundation',
  generation,
  name: 'x',
  state,
  operationId: 'o',
  attributes: { accountId },
  updatedAt: '',
});

describe('costsOf', () => {
  it('has every month of every placement’s budget, and nothing of one that is gone', async () => {
    const Start = new Date(Date.now() - 100 * 86_400_000);
    const Budget = {
      BudgetName: 'tenantry-acme',
      BudgetType: 'COST' as const,
      TimeUnit: 'MONTHLY' as const,
      BudgetLimit: { Amount: '25', Unit: 'USD' },
      TimePeriod: { Start },
    };
    await budgets.send(new CreateBudgetCommand({ AccountId: accountId, Budget }));
    const costs = await costsOf(() => budgets, [foundation(1), foundation(2), foundation(3, 'DELETED')]);
    expect(costs.length).toBeGreaterThanOrEqual(4);
    expect(new Set(costs.map(({ month }) => month)).size).toBe(costs.length);
    expect(costs[0]).toMatchObject({ accountId, budget: 'tenantry-acme', budgeted: '25 USD', actual: '0 USD' });
  });

  it('reads every page, and throws what is no absence', async () => {
    const asked: unknown[] = [];
    const pages = {
      send: async ({ input }: DescribeBudgetPerformanceHistoryCommand) => {
        asked.push(input.NextToken);
        const Start = new Date(input.NextToken ? '2026-10-01' : '2026-11-01');
        const spent = { ActualAmount: { Amount: '12.5', Unit: 'USD' }, TimePeriod: { Start } };
        return {
          BudgetPerformanceHistory: { BudgetedAndActualAmountsList: [spent] },
          ...(input.NextToken ? {} : { NextToken: 'more' }),
        };
      },
    };
    const costs = await costsOf(() => pages as never, [foundation(1)]);
    expect(costs.map(({ month, actual }) => [month.slice(0, 7), actual])).toEqual([
      ['2026-11', '12.5 USD'],
      ['2026-10', '12.5 USD'],
    ]);
    expect(asked).toEqual([undefined, 'more']);
    const refusing = {
      send: async () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' })),
    };
    await expect(costsOf(() => refusing as never, [foundation(1)])).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
