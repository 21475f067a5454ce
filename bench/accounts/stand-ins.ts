import type { AccountClients } from '../../functions/accounts/account-clients.ts';
import { accountsSettings } from '../../functions/runtime/config.ts';
import type { Clock } from '../../local/kernel/clock.ts';
import { isReady } from '../../local/organizations/readiness.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { World } from './world.ts';

/** Until the role of a new account can be assumed everywhere. */
const ROLE_KNOWN = 10_000;
/** What a stack of roles takes. */
const STACK = { min: 20_000, max: 45_000 };

function refusal(name: string): Error {
  return Object.assign(new Error(`The account is not subscribed to the service yet (${name}).`), {
    name,
    $fault: 'client',
  });
}

/** The services of fresh accounts: they begin to answer when the local Organizations says so, stacks take their time, the rest is there. */
export function freshAccounts(world: World): (accountId: string) => AccountClients {
  const { cloud } = world.local;
  const stacks = new Map<string, { readyAt: number; tags: unknown }>();
  const answers = (accountId: string, service: string, error: string, answer: object) => ({
    async send() {
      if (!isReady(cloud, accountId, service)) throw refusal(error);
      return answer as never;
    },
  });
  return (accountId) => ({
    async assume() {
      if (cloud.clock.now() < (world.organization.births.get(accountId) ?? 0) + ROLE_KNOWN)
        throw refusal('AccessDenied');
    },
    account: { send: async () => ({ RegionOptStatus: 'ENABLED_BY_DEFAULT' }) as never },
    iam: { send: async () => ({}) as never },
    quotas: { send: async () => ({ Quota: { Value: Number.MAX_SAFE_INTEGER } }) as never },
    eks: answers(accountId, 'eks', 'SubscriptionRequiredException', { clusters: [] }),
    ec2: () => answers(accountId, 'ec2', 'OptInRequired', {}),
    functions: answers(accountId, 'lambda', 'SubscriptionRequiredException', {}),
    tables: answers(accountId, 'dynamodb', 'SubscriptionRequiredException', {}),
    queues: answers(accountId, 'sqs', 'SubscriptionRequiredException', {}),
    buckets: answers(accountId, 's3', 'NotSignedUp', {}),
    stacks: stackOf(accountId),
  });

  function stackOf(accountId: string): AccountClients['stacks'] {
    const now = cloud.clock.now;
    return {
      async send(command: { constructor: { name: string }; input: { Tags?: unknown } }) {
        if (!isReady(cloud, accountId, 'cloudformation')) throw refusal('OptInRequired');
        if (command.constructor.name === 'ListStacksCommand') return {};
        const stack = stacks.get(accountId);
        if (command.constructor.name === 'CreateStackCommand')
          stacks.set(accountId, { readyAt: now() + between(world, STACK), tags: command.input.Tags });
        else if (!stack) throw new Error('Stack with id tenantry-account does not exist');
        const StackStatus = stack && now() >= stack.readyAt ? 'CREATE_COMPLETE' : 'CREATE_IN_PROGRESS';
        return { Stacks: [{ StackStatus, Tags: stack?.tags }] };
      },
    } as unknown as AccountClients['stacks'];
  }
}

function between({ random }: World, { min, max }: { min: number; max: number }): number {
  return min + random.next() * (max - min);
}

/** Steps after the account: the tenant's stack takes its time, what is done in Kubernetes is done at once. */
export function otherSteps(world: World): Record<string, (input: Record<string, string>) => object> {
  const foundations = new Map<string, number>();
  const clock: Clock = world.local.cloud.clock;
  const done = () => ({});
  return {
    EnsureFoundation({ tenantId = '', accountId = '' }) {
      const readyAt = foundations.get(tenantId) ?? clock.now() + between(world, STACK);
      foundations.set(tenantId, readyAt);
      if (clock.now() < readyAt)
        throw new CatalogueError('StillCreating', `The foundation of ${tenantId} is being made.`);
      foundations.delete(tenantId);
      return { roleArn: `arn:aws:iam::${accountId}:role/tenantry/tenants/tenantry-tenant-${tenantId}` };
    },
    EnsureCluster: () => ({
      name: 'shared-1',
      arn: 'arn:aws:eks:us-east-1:111111111111:cluster/shared-1',
      accountId: '111111111111',
    }),
    EnsureClusterAccess: done,
    EnsureClusterBaseline: done,
    EnsureNamespace: ({ tenantId }) => ({ namespace: `tenant-${tenantId}` }),
    EnsureVcluster: ({ tenantId }) => ({
      namespace: `tenant-${tenantId}`,
      name: `vcluster-${tenantId}`,
      server: 'https://local',
    }),
    ProveVclusterIsolation: () => ({ cases: 1 }),
    ProveIsolation: () => ({ cases: 1 }),
    AnnounceReady: done,
  };
}

/** The configuration's, with a pool of that size. */
export function settingsWithPool(size: number) {
  const settings = accountsSettings();
  return { ...settings, pool: { size } };
}
