import type { Run } from './run.ts';

export const event = {
  id: 'eb-1',
  source: 'saas.shop',
  'detail-type': 'TenantTierChangeRequested',
  time: 't',
  detail: {},
};
export const request = {
  tenantId: 'acme',
  operationId: 'operation-2',
  correlationId: 'offer-7',
  owner: 'saas.shop',
  tier: 'standard',
  event,
};
export const facts = {
  accountId: '111111111111',
  roleArn: 'arn:aws:iam::111111111111:role/tenantry/tenants/tenantry-tenant-acme',
  cluster: { name: 'shared-1', arn: 'arn:cluster', accountId: '111111111111' },
  namespace: 'tenant-acme',
};
export const from = {
  generation: 1,
  tier: 'basic',
  placement: { account: 'pooled', workspace: 'namespace' },
  ...facts,
};
export const to = { generation: 2, tier: 'standard', placement: { account: 'pooled', workspace: 'vcluster' } };
export const made = { ...to, ...facts, namespace: 'tenant-acme--2' };
export const begun = { how: 'moved', from, to, productSeconds: 3_600, heartbeatSeconds: 3_600, keepSeconds: 259_200 };
export const keptUntil = '2026-11-25T10:15:00.000Z';

/** The states of the tasks, in the order they were called. */
export const tasks = (run: Run) => run.calls.map(({ state }) => state);

/** What the first task of the state was called with. */
export const inputOf = (run: Run, state: string) => run.calls.find((call) => call.state === state)?.input;
