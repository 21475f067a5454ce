import { expect, it } from 'vitest';
import { runWorkflow } from './testing/run.ts';

const facts = {
  accountId: '111111111111',
  roleArn: 'arn:aws:iam::111111111111:role/tenantry/tenants/tenantry-tenant-acme',
  cluster: { name: 'shared-1', arn: 'arn:cluster', accountId: '111111111111' },
};
const from = {
  generation: 1,
  tier: 'basic',
  placement: { account: 'pooled', workspace: 'namespace' },
  ...facts,
  namespace: 'tenant-acme',
};
const to = { generation: 2, tier: 'standard', placement: { account: 'pooled', workspace: 'vcluster' } };
const input = {
  tenantId: 'acme',
  operationId: 'operation-2',
  correlationId: 'offer-7',
  from,
  to,
  productSeconds: 3_600,
  heartbeatSeconds: 3_600,
};

it('transfers nothing that runs before the product has moved its data, and all of it then', async () => {
  const volumes = [{ namespace: 'tenant-acme', claim: 'data-db-0', storage: '10Gi' }];
  const run = await runWorkflow('move-placement', input, {
    AcquirePlacement: { returns: { ...facts, namespace: 'tenant-acme--2', isolation: { cases: 40 } } },
    TransferWorkspace: { returns: { objects: 12, volumes } },
    RequestMigration: { returns: {} },
    CompareWorkspace: { returns: { objects: 12, volumes } },
  });
  const inputOf = (state: string) => run.calls.find((call) => call.state === state)?.input;
  const made = { ...to, ...facts, namespace: 'tenant-acme--2' };
  expect(inputOf('TransferWorkspace')).toMatchObject({ from, to: made, workloads: false });
  expect(inputOf('RequestMigration')).toMatchObject({ volumes });
  expect(inputOf('CompareWorkspace')).toMatchObject({ from, to: made, workloads: true });
  expect(run.output).toEqual({ to: made, objects: 12 });
});
