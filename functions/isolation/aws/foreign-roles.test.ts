import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localTable } from '../../testing/local-table.ts';
import { foreignRoles } from './foreign-roles.ts';

const sts = {
  send: async () => ({ Arn: 'arn:aws:sts::111111111111:assumed-role/tenantry-prove-isolation/session' }),
} as never;
const installation = { brokerRoleArn: 'arn:aws:iam::999999999999:role/tenantry-broker', externalId: 'tenantry:1' };
const subject = { tenantId: 'acme', accountId: '222222222222', platformAccountId: '111111111111' };
let local: Awaited<ReturnType<typeof localTable>>;

beforeAll(async () => {
  local = await localTable();
});
afterAll(() => local.close());

const names = (roles: { name: string; roleArn: string }[]) => roles.map(({ name, roleArn }) => `${name} ${roleArn}`);

test('without accounts of tenants: the platform itself, and a neighbour in its account', async () => {
  const roles = await foreignRoles(
    { table: local.table, sts },
    { ...subject, neighbour: { tenantId: 'globex', generation: 1 } },
    undefined,
  );
  expect(names(roles)).toEqual([
    "the platform's account arn:aws:iam::111111111111:role/tenantry-prove-isolation",
    'the role of another tenant arn:aws:iam::111111111111:role/tenantry/tenants/tenantry-tenant-globex',
  ]);
  expect(roles[1]).toMatchObject({ externalId: 'tenantry:globex' });
});

test('with them: the broker, and the account of another tenant once there is one, never the own', async () => {
  const asked = () => foreignRoles({ table: local.table, sts }, subject, installation);
  const claimed = (accountName: string, accountId: string, tenantId: string) =>
    local.table.client.send(
      new PutCommand({
        TableName: local.table.name,
        Item: {
          pk: `ACCOUNT#${accountName}`,
          sk: 'ACCOUNT',
          entity: 'ACCOUNT#CLAIMED',
          accountName,
          accountId,
          tenantId,
        },
      }),
    );
  await claimed('tenantry-a', subject.accountId, 'acme');
  expect(names(await asked())).toEqual([
    "the platform's account arn:aws:iam::111111111111:role/tenantry-prove-isolation",
    'the management account arn:aws:iam::999999999999:role/tenantry-broker',
  ]);
  await claimed('tenantry-b', '333333333333', 'globex');
  const roles = await asked();
  expect(names(roles.slice(2))).toEqual([
    "another tenant's account as the tenant arn:aws:iam::333333333333:role/tenantry/tenants/tenantry-tenant-globex",
    "another tenant's account as the operator arn:aws:iam::333333333333:role/tenantry/tenantry-operator",
  ]);
  // External ids are no secret: the proof presents the right ones.
  expect(roles.slice(1).map(({ externalId }) => externalId)).toEqual(['tenantry:1', 'tenantry:globex', 'tenantry:1']);
});
