import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, DeleteRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  DescribeAccountCommand,
  LeaveOrganizationCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-organizations';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountInventory, asAdministrator, asManagement } from './support/account-inventory.ts';
import {
  accountOf,
  accountRecords,
  creationRequests,
  filledPool,
  organizationsOf,
  settledUnitOf,
  unitOf,
} from './support/accounts.ts';
import { type BusListener, listen } from './support/bus-listener.ts';
import { ACCOUNT, connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { onboardings } from './support/executions.ts';
import { createPlus, release, statesEntered } from './support/placements.ts';
import { freshTenant } from './support/product.ts';
import { ledger } from './support/registry.ts';

const clients = connect(endpoint);
const management = organizationsOf(endpoint);
let bus: BusListener;

beforeAll(async () => {
  bus = await listen(clients);
});
afterAll(() => bus.close());

/** States that the onboarding of a tenant entered, those of its nested workflows among them. */
async function wayOf(tenantId: string): Promise<string[]> {
  const [execution] = await onboardings(clients, tenantId);
  return statesEntered(clients, execution?.arn ?? '');
}

describe('two tenants with accounts of their own at once, and one account in the pool', () => {
  const [one, other] = [freshTenant('plus'), freshTenant('plus')];
  let warm: string;
  let cold: string;

  beforeAll(async () => {
    await filledPool(clients);
    await Promise.all([one, other].map((tenant) => createPlus(clients, tenant)));
    await Promise.all([one, other].map((tenant) => bus.heard('TenantReady', tenant)));
    const oneWasVended = (await wayOf(one)).includes('CreateAccount');
    [warm, cold] = oneWasVended ? [other, one] : [one, other];
  });

  it('one takes what is there; for the other an account is made', async () => {
    expect(await wayOf(warm)).not.toContain('VendAccount');
    const way = await wayOf(cold);
    expect(way.filter((state) => state === 'CreateAccount')).toHaveLength(1);
    expect((await wayOf(warm)).length).toBeLessThan(way.length - 7);
  });

  it.each([() => warm, () => cold])('each has an account of its own, asked for once (%#)', async (tenantOf) => {
    const tenant = tenantOf();
    const { accountId, accountName, state, tenantId } = await accountOf(clients, tenant);
    expect({ state, tenantId }).toEqual({ state: 'CLAIMED', tenantId: tenant });
    expect((await creationRequests(endpoint)).get(accountName)).toMatchObject([{ State: 'SUCCEEDED' }]);
    expect(await unitOf(endpoint, accountId)).toBe('Tenants');
    const { Account } = await management.send(new DescribeAccountCommand({ AccountId: accountId }));
    expect(Account).toMatchObject({ Name: `tenantry-${tenant}`, Email: `aws+${accountName}@example.com` });
    const { Tags } = await management.send(new ListTagsForResourceCommand({ ResourceId: accountId }));
    const tags = Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toEqual({
      'tenantry:account': accountName,
      'tenantry:managed-by': 'tenantry',
      'tenantry:tenant': tenant,
      'tenantry:tier': 'plus',
    });
  });

  it('the foundation, and the role that TenantReady names, are in the tenant’s account', async () => {
    const { accountId } = await accountOf(clients, cold);
    const { detail } = await bus.heard('TenantReady', cold);
    expect(accountId).not.toBe(ACCOUNT);
    const roleArn = `arn:aws:iam::${accountId}:role/tenantry/tenants/tenantry-tenant-${cold}`;
    expect(detail.data).toMatchObject({ accountId, roleArn, placement: { account: 'dedicated' } });
    const inside = await asManagement(endpoint, accountId);
    const { Role } = await new IAMClient(inside).send(new GetRoleCommand({ RoleName: `tenantry-tenant-${cold}` }));
    expect(Role).toMatchObject({
      Arn: roleArn,
      PermissionsBoundary: { PermissionsBoundaryArn: `arn:aws:iam::${accountId}:policy/tenantry-tenant-boundary` },
    });
    const StackName = `tenantry-foundation-${cold}`;
    const { Stacks } = await new CloudFormationClient(inside).send(new DescribeStacksCommand({ StackName }));
    expect(Stacks).toMatchObject([{ StackStatus: 'CREATE_COMPLETE' }]);
    const here = clients.stacks.send(new DescribeStacksCommand({ StackName }));
    await expect(here, 'the platform’s account').rejects.toThrow('does not exist');
  });

  it('its administrator cannot leave the organization, touch the baseline or go to another region', async () => {
    const { accountId } = await accountOf(clients, cold);
    const inside = asAdministrator(endpoint, accountId);
    const denied = /explicit deny in a service control policy/;
    await expect(organizationsOf(endpoint, accountId).send(new LeaveOrganizationCommand({}))).rejects.toThrow(denied);
    const iam = new IAMClient(inside);
    for (const RoleName of ['tenantry-operator', 'tenantry-teardown', 'OrganizationAccountAccessRole'])
      await expect(iam.send(new DeleteRoleCommand({ RoleName })), RoleName).rejects.toThrow(denied);
    const vpcs = (region: string) =>
      new EC2Client(asAdministrator(endpoint, accountId, region)).send(new DescribeVpcsCommand({}));
    await expect(vpcs('eu-west-1')).rejects.toThrow(/not authorized/i);
    expect((await vpcs('us-east-1')).Vpcs, 'the default network is gone').toEqual([]);
  });

  it('the record says which checks of readiness were passed, and when', async () => {
    const { ready = {}, vendedAt = '', availableAt = '' } = await accountOf(clients, cold);
    expect(Object.keys(ready)).toEqual(
      expect.arrayContaining([
        'access',
        'ec2',
        'eks',
        'cloudformation',
        'region/us-east-1',
        'default-networks-removed',
      ]),
    );
    for (const time of Object.values(ready)) {
      expect(Date.parse(time)).toBeGreaterThanOrEqual(Date.parse(vendedAt));
      expect(Date.parse(time)).toBeLessThanOrEqual(Date.parse(availableAt));
    }
  });

  it('released, whatever it had made there is gone, and the account waits for the same tenant', async () => {
    const { accountId, accountName } = await accountOf(clients, warm);
    const inside = asAdministrator(endpoint, accountId);
    const trust = { Effect: 'Allow', Principal: { AWS: accountId }, Action: 'sts:AssumeRole' };
    await new SQSClient(inside).send(new CreateQueueCommand({ QueueName: 'orders' }));
    await new S3Client(inside).send(new CreateBucketCommand({ Bucket: `orders-${accountId}` }));
    await new IAMClient(inside).send(
      new CreateRoleCommand({
        RoleName: 'shop',
        AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
      }),
    );
    expect(await release(clients, warm)).toMatchObject({ status: 'SUCCEEDED' });
    expect(new Set(Object.values(await ledger(clients, warm)))).toEqual(new Set(['DELETED']));
    const record = (await accountRecords(clients)).find((account) => account.accountName === accountName);
    expect(record).toMatchObject({ state: 'AVAILABLE', previousTenant: warm, accountId });
    expect(record).not.toHaveProperty('tenantId');
    expect(await settledUnitOf(clients, endpoint, accountId)).toBe('Pool');
    const [fresh] = await filledPool(clients);
    expect(await accountInventory(endpoint, accountId)).toEqual(
      await accountInventory(endpoint, fresh?.accountId ?? ''),
    );
  });
});
