import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountTemplate } from '../../infra/account-template.ts';
import { BrokerStack } from '../../infra/broker-stack.ts';
import { deployAssembly } from '../../local/cloudformation/assembly.ts';
import { whenSettled } from '../../local/cloudformation/stack-waiting.ts';
import { administrator } from '../../local/kernel/cloud.ts';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';
import { accountsConfig } from '../../tenancy/accounts/config.ts';
import type { TenantryConfig } from '../../tenancy/config.ts';
import { LOCAL_ACCOUNT } from '../settings.ts';
import { brokerParameters, organizationOptions } from './organization.ts';

const MANAGEMENT = '999999999999';
const config: TenantryConfig = {
  acceptedSources: ['shop.'],
  sharedClusters: [],
  tiers: {},
  accounts: accountsConfig.parse({
    managementAccountId: MANAGEMENT,
    emailPattern: 'aws+{account}@example.com',
    regions: ['us-east-1'],
    pool: { size: 1 },
  }),
};

const folder = mkdtempSync(join(tmpdir(), 'tenantry-organization-'));
let local: LocalCloud;
const call = (service: string, operation: string, input: object, account = MANAGEMENT) =>
  local.cloud.call(service, operation, input, administrator(account)) as Promise<Record<string, never[]>>;

beforeAll(async () => {
  const app = new App({ outdir: join(folder, 'cdk.out'), analyticsReporting: false });
  new BrokerStack(app, 'TenantryBroker', {
    env: { account: MANAGEMENT, region: 'us-east-1' },
    prefix: 'tenantry',
    regions: ['us-east-1'],
    boundaryName: 'tenantry-tenant-boundary',
  });
  app.synth();
  local = await startLocalCloud({
    port: 0,
    clock: 'jump',
    accountId: LOCAL_ACCOUNT,
    services: ['iam', 'sts', 'organizations', 'account', 's3', 'ssm', 'cloudformation'],
    serviceOptions: { organizations: organizationOptions(config) },
  });
  await deployAssembly(local.cloud, join(folder, 'cdk.out'), { parameters: await brokerParameters(local, config) });
});

afterAll(async () => {
  await local.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the broker’s stack, deployed', () => {
  it('fences every unit below the root', async () => {
    const { Roots = [] } = await call('organizations', 'ListRoots', {});
    const units = async (ParentId: string) => {
      const { OrganizationalUnits = [] } = await call('organizations', 'ListOrganizationalUnitsForParent', {
        ParentId,
      });
      return OrganizationalUnits as { Id: string; Name: string }[];
    };
    const [parent] = await units((Roots[0] as { Id: string } | undefined)?.Id ?? '');
    expect(parent?.Name).toBe('tenantry');
    const fences: Record<string, string[]> = {};
    for (const { Id, Name } of [...(parent ? [parent] : []), ...(await units(parent?.Id ?? ''))]) {
      const { Policies = [] } = await call('organizations', 'ListPoliciesForTarget', {
        TargetId: Id,
        Filter: 'SERVICE_CONTROL_POLICY',
      });
      fences[Name] = (Policies as { Name: string }[]).map((policy) => policy.Name).sort();
    }
    expect(fences).toEqual({
      tenantry: ['FullAWSAccess', 'tenantry-accounts'],
      Pool: ['FullAWSAccess', 'tenantry-pool'],
      Tenants: ['FullAWSAccess'],
      Quarantine: ['FullAWSAccess', 'tenantry-quarantine'],
      Suspended: ['FullAWSAccess', 'tenantry-suspended'],
    });
  });

  it('lets the platform’s account look at the organization, and do nothing else to it', async () => {
    const { Accounts = [] } = await call('organizations', 'ListAccounts', {}, LOCAL_ACCOUNT);
    expect(Accounts).toHaveLength(2);
    const create = { AccountName: 'mine', Email: 'mine@example.com' };
    await expect(call('organizations', 'CreateAccount', create, LOCAL_ACCOUNT)).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
  });

  it('changes nothing when it is deployed again', async () => {
    const parameters = await brokerParameters(local, config);
    const [again] = await deployAssembly(local.cloud, join(folder, 'cdk.out'), { parameters });
    expect(again?.changed).toBe(false);
  });
});

it('the baseline of an account is a stack that CloudFormation makes', async () => {
  const account = '200000000001';
  const input = {
    StackName: 'tenantry-account',
    TemplateBody: accountTemplate({ prefix: 'tenantry', boundaryName: 'tenantry-tenant-boundary' }),
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    Parameters: [
      { ParameterKey: 'PlatformAccountId', ParameterValue: LOCAL_ACCOUNT },
      { ParameterKey: 'ExternalId', ParameterValue: `tenantry:${LOCAL_ACCOUNT}` },
    ],
  };
  await call('cloudformation', 'CreateStack', input, account);
  const stack = await whenSettled(
    local.cloud,
    (service, operation, request) => call(service, operation, request as object, account),
    'tenantry-account',
  );
  expect(stack.StackStatus).toBe('CREATE_COMPLETE');
  const { Roles = [] } = await call('iam', 'ListRoles', { PathPrefix: '/tenantry/' }, account);
  expect((Roles as { RoleName: string }[]).map(({ RoleName }) => RoleName).sort()).toEqual([
    'tenantry-cloudformation',
    'tenantry-operator',
    'tenantry-teardown',
  ]);
});

it('a configuration that vends no accounts needs no organization', async () => {
  const { accounts: _, ...pooled } = config;
  expect(organizationOptions(pooled)).toEqual({});
  expect(await brokerParameters(local, pooled)).toEqual({});
});
