import type { Cloud, Service } from '../kernel/service.ts';
import { budgetOperations } from './budget-operations.ts';
import { openBudgetStore } from './budget-store.ts';
import { notificationOperations } from './notification-operations.ts';
import { tagOperations } from './tag-operations.ts';

/** AWS Budgets. https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html */
export function budgetsService(cloud: Cloud): Service {
  const store = openBudgetStore(cloud);
  return {
    name: 'budgets',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'AWSBudgetServiceGateway' },
    operations: { ...budgetOperations(cloud, store), ...notificationOperations(cloud, store), ...tagOperations(store) },
  };
}
