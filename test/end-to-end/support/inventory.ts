import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { ListAccessEntriesCommand } from '@aws-sdk/client-eks';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import type { KubeConfig } from '@kubernetes/client-node';
import { ACCOUNT, type Clients } from './clients.ts';
import { CLUSTER, request } from './kubernetes.ts';
import { members } from './registry.ts';
import { signedRequest } from './signed-request.ts';

/** Everything that tenants have, in every system that onboarding touches, as `system name`, sorted. */
export async function inventory(clients: Clients, operator: KubeConfig): Promise<string[]> {
  const [stacks, roles, budgets, entries, namespaces, places] = await Promise.all([
    stackNames(clients),
    roleNames(clients),
    budgetNames(clients),
    accessEntries(clients),
    tenantNamespaces(operator),
    members(clients, CLUSTER),
  ]);
  return [
    ...stacks.map((name) => `stack ${name}`),
    ...roles.map((name) => `role ${name}`),
    ...budgets.map((name) => `budget ${name}`),
    ...entries.map((name) => `access entry ${name}`),
    ...namespaces.map((name) => `namespace ${name}`),
    ...places.map((name) => `place ${name}`),
  ].sort();
}

/** What of the inventory belongs to a tenant. */
export async function belongings(clients: Clients, operator: KubeConfig, tenantId: string): Promise<string[]> {
  const all = await inventory(clients, operator);
  return all.filter((entry) => entry.endsWith(`-${tenantId}`) || entry.endsWith(` ${tenantId}`));
}

async function stackNames({ stacks }: Clients): Promise<string[]> {
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await stacks.send(new ListStacksCommand({ NextToken }));
    for (const { StackName = '', StackStatus } of page.StackSummaries ?? [])
      if (StackName.startsWith('tenantry-foundation-') && StackStatus !== 'DELETE_COMPLETE') names.push(StackName);
    NextToken = page.NextToken;
  } while (NextToken);
  return names;
}

async function roleNames({ iam }: Clients): Promise<string[]> {
  const names: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam.send(new ListRolesCommand({ PathPrefix: '/tenantry/tenants/', Marker }));
    names.push(...(page.Roles ?? []).map(({ RoleName = '' }) => RoleName));
    Marker = page.Marker;
  } while (Marker);
  return names;
}

/** Budgets of the account. https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeBudgets.html */
export async function budgetNames({ endpoint }: Clients): Promise<string[]> {
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const text = await signedRequest(endpoint, 'budgets', {
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSBudgetServiceGateway.DescribeBudgets',
      },
      body: JSON.stringify({ AccountId: ACCOUNT, NextToken }),
    });
    const page = JSON.parse(text) as { Budgets?: { BudgetName: string }[]; NextToken?: string };
    names.push(...(page.Budgets ?? []).map(({ BudgetName }) => BudgetName));
    NextToken = page.NextToken;
  } while (NextToken);
  return names;
}

async function accessEntries({ eks }: Clients): Promise<string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await eks.send(new ListAccessEntriesCommand({ clusterName: CLUSTER, nextToken }));
    names.push(...(page.accessEntries ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return names.filter((arn) => arn.includes('/tenantry/tenants/'));
}

async function tenantNamespaces(operator: KubeConfig): Promise<string[]> {
  const { text } = await request(operator, 'GET', '/api/v1/namespaces?labelSelector=tenantry.dev%2Ftenant');
  const { items = [] } = JSON.parse(text) as { items?: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name);
}
