import { GetAlternateContactCommand } from '@aws-sdk/client-account';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeRegionsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListRequestedServiceQuotaChangeHistoryByQuotaCommand } from '@aws-sdk/client-service-quotas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountsConfig } from '../../tenancy/accounts/config.ts';
import { accountStackName } from '../../tenancy/names.ts';
import type { LocalOrganization } from '../testing/local-organization.ts';
import { localOrganization } from '../testing/local-organization.ts';
import { type AccountClients, clientsOf } from './account-clients.ts';
import { expectAccount } from './account-store.ts';
import { applyBaseline } from './apply-baseline.ts';
import { checkReadiness } from './check-readiness.ts';
import { createAccount } from './create-account.ts';
import { recordPlan } from './plan-account.ts';

const NAME = 'tenantry-0123456789ab';
const LAMBDA = { serviceCode: 'lambda', quotaCode: 'L-B99A9384', value: 100 };
const settings = accountsConfig.parse({
  managementAccountId: '999999999999',
  emailPattern: 'aws+{account}@example.com',
  regions: ['us-east-1', 'eu-central-2'],
  pool: { size: 1 },
  minimumQuotas: [LAMBDA],
  alternateContacts: {
    SECURITY: { name: 'On call', title: 'Security', emailAddress: 'security@example.com', phoneNumber: '+1 555 0100' },
  },
});

let organization: LocalOrganization;
let clients: AccountClients;
beforeEach(async () => {
  organization = await localOrganization({ organizations: { throttling: false } }, [
    'account',
    'servicequotas',
    'ec2',
    's3',
    'ssm',
    'cloudformation',
    'dynamodb',
    'sqs',
  ]);
  await recordPlan(organization.table, { accountName: NAME, executionArn: 'arn:vend' }, settings.emailPattern);
  const accountId = await organization.untilDone(() => createAccount(organization.creation, NAME), ['StillCreating']);
  const { credentials, endpoint } = organization.as(accountId);
  const made = clientsOf('us-east-1', async () => credentials, endpoint);
  // Control planes and runtimes are no part of what is tested here: EKS and Lambda answer with empty lists.
  const empty = { send: async () => ({}) as never };
  clients = { ...made, eks: empty, functions: empty };
});
afterEach(() => organization.close());

const ready = () => checkReadiness(organization.table, NAME, { clients, settings, now: organization.now() });
const refusal = (error: Error) => error.message;

describe('checkReadiness', () => {
  it('names what is pending, asks once for what must be asked for, and passes in the end', async () => {
    const first = await ready().catch(refusal);
    for (const pending of [
      'ec2 (OptInRequired',
      'cloudformation (OptInRequired',
      'dynamodb (SubscriptionRequiredException',
      's3 (NotSignedUp',
      'sqs (SubscriptionRequiredException',
      'region/eu-central-2',
      'quota/lambda/L-B99A9384',
    ])
      expect(first).toContain(pending);
    await ready().catch(refusal);
    await organization.untilDone(ready, ['AccountNotReady'], 300);
    const { ready: passed = {} } = await expectAccount(organization.table, NAME);
    expect(Object.keys(passed)).toContain('service-linked-role/eks.amazonaws.com');
    const { RequestedQuotas } = await clients.quotas.send(
      new ListRequestedServiceQuotaChangeHistoryByQuotaCommand({
        ServiceCode: LAMBDA.serviceCode,
        QuotaCode: LAMBDA.quotaCode,
      }),
    );
    expect(RequestedQuotas).toHaveLength(1);
    const { Roles = [] } = await clients.iam.send(new ListRolesCommand({ PathPrefix: '/aws-service-role/' }));
    expect(Roles).toHaveLength(5);
  });

  it('looks at nothing else while the role cannot be assumed, and fails by name after the configured hours', async () => {
    const closed: AccountClients = {
      ...clients,
      assume: async () => {
        throw Object.assign(new Error('not authorized to perform: sts:AssumeRole'), { name: 'AccessDenied' });
      },
      ec2: () => {
        throw new Error('looked at EC2');
      },
    };
    const look = (now: number) => checkReadiness(organization.table, NAME, { clients: closed, settings, now });
    await expect(look(organization.now())).rejects.toMatchObject({ name: 'AccountNotReady' });
    const late = organization.now() + 25 * 3_600_000;
    await expect(look(late)).rejects.toMatchObject({
      name: 'AccountReadinessExpired',
      message: expect.stringContaining('access (AccessDenied'),
    });
  });
});

describe('applyBaseline', () => {
  const template = (logGroup: string) =>
    JSON.stringify({
      Parameters: { ExternalId: { Type: 'String' } },
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            RoleName: logGroup,
            AssumeRolePolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { AWS: '*' },
                  Action: 'sts:AssumeRole',
                  Condition: { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } },
                },
              ],
            },
          },
        },
      },
    });
  const apply = (name: string) =>
    organization.untilDone(
      () =>
        applyBaseline(organization.table, NAME, {
          clients,
          settings,
          stack: {
            templateBody: template(name),
            parameters: { ExternalId: 'ours:1', PlatformAccountId: '111111111111' },
          },
          now: organization.now(),
        }),
      ['StillCreating'],
    );

  it('waits for a service that does not know the account yet: it may answer at one endpoint before the other', async () => {
    const stack = { templateBody: template('first'), parameters: { ExternalId: 'ours:1' } };
    const baseline = { clients, settings, stack, now: organization.now() };
    await expect(applyBaseline(organization.table, NAME, baseline)).rejects.toMatchObject({
      name: 'StillCreating',
      message: expect.stringContaining('is not known yet'),
    });
  });

  it('sets contacts, removes the default networks of all enabled regions, and makes and updates the stack', async () => {
    await organization.untilDone(ready, ['AccountNotReady'], 300);
    await apply('first');
    const contact = await clients.account.send(new GetAlternateContactCommand({ AlternateContactType: 'SECURITY' }));
    expect(contact.AlternateContact).toMatchObject({ EmailAddress: 'security@example.com' });
    const { Regions = [] } = await clients.ec2('us-east-1').send(new DescribeRegionsCommand({}));
    expect(Regions.map(({ RegionName }) => RegionName)).toContain('eu-central-2');
    for (const { RegionName = '' } of Regions)
      expect((await clients.ec2(RegionName).send(new DescribeVpcsCommand({}))).Vpcs, RegionName).toEqual([]);
    const stack = async () =>
      (await clients.stacks.send(new DescribeStacksCommand({ StackName: accountStackName }))).Stacks?.[0];
    expect((await stack())?.StackStatus).toBe('CREATE_COMPLETE');
    await apply('first');
    expect((await stack())?.StackStatus, 'nothing changed').toBe('CREATE_COMPLETE');
    await apply('second');
    expect((await stack())?.StackStatus).toBe('UPDATE_COMPLETE');
  });
});
