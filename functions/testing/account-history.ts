import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { organizationsDatabase } from '../../local/organizations/database.ts';
import { type Account, type AccountState, PROGRESSING_STATES } from '../../tenancy/accounts/account.ts';
import { accountTag } from '../../tenancy/accounts/names.ts';
import { type Place, unitId } from '../accounts/organization.ts';
import { replenishPool, type Vendings } from '../accounts/replenish-pool.ts';
import { repairGates } from '../operations/repair-gates.ts';
import type { accountWorkflows, WorkflowWorld } from './account-workflows.ts';
import { type LocalOrganization, MANAGEMENT } from './local-organization.ts';

type Workflows = ReturnType<typeof accountWorkflows>;

const MINUTE = 60_000;

/** Where an account of a record in that state can be, at every moment. */
const PLACES: Record<AccountState, readonly Place[]> = {
  PLANNED: ['root'],
  REQUESTED: ['root'],
  VENDED: ['root', 'pool'],
  AVAILABLE: ['pool'],
  CLAIMED: ['pool', 'tenants'],
  CLEANING: ['pool', 'tenants', 'quarantine'],
  QUARANTINED: ['quarantine'],
  REFUSED: [],
  CLOSING: ['suspended'],
  CLOSED: ['suspended'],
};

/** What AWS and the registry hold, read past their APIs' delays. */
export async function accountsView({ table, clients, local }: LocalOrganization) {
  const database = organizationsDatabase(local.cloud);
  const places = new Map<string | undefined, Place>();
  for (const place of ['root', 'pool', 'tenants', 'quarantine', 'suspended'] as const)
    places.set(await unitId(clients.reader, place), place);
  const view = {
    members: () => database.nodes.values('').filter((node) => node.kind === 'ACCOUNT' && node.id !== MANAGEMENT),
    requests: () => database.requests.entries().map(([, request]) => request),
    placeOf: (accountId: string) => places.get(view.members().find(({ id }) => id === accountId)?.parentId),
    async records(): Promise<Account[]> {
      const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name, ConsistentRead: true }));
      return Items.filter(({ pk }) => String(pk).startsWith('ACCOUNT#')) as unknown as Account[];
    },
    /** What breaks the fences now: accounts without a record, with another id, or in a unit that their record does not allow. */
    async breaches(): Promise<string[]> {
      const release = local.cloud.clock.hold('look');
      const known = new Map((await view.records()).map((account) => [account.accountName, account]));
      const found = view.members().flatMap((node) => {
        const record = known.get(node.tags.find(({ Key }) => Key === accountTag)?.Value ?? '');
        const place = places.get(node.parentId);
        if (!record) return [`${node.id} has no record`];
        if (!place || !PLACES[record.state].includes(place)) return [`${node.id} is in ${place} and ${record.state}`];
        return record.accountId && record.accountId !== node.id ? [`${record.accountName} is ${node.id} too`] : [];
      });
      release();
      return found;
    },
  };
  return view;
}

/** Who was given which account, and who has one. */
export function tenantLives({ organization, random }: WorkflowWorld, workflows: Workflows) {
  const { clock } = organization.local.cloud;
  const given = new Map<string, Set<string>>();
  const hadBy = new Map<string, Set<string>>();
  const homes = new Map<string, string>();
  const add = (map: Map<string, Set<string>>, key: string, value: string) =>
    map.set(key, (map.get(key) ?? new Set()).add(value));

  async function onboard(tenantId: string, operationId: string): Promise<void> {
    try {
      const { accountId } = await workflows.acquire(tenantId, operationId);
      add(given, tenantId, accountId);
      add(hadBy, accountId, tenantId);
      homes.set(tenantId, accountId);
    } catch (error) {
      if (!gaveUp(error)) throw error;
      await workflows.release(tenantId, operationId);
    }
  }

  /** Comes, mostly goes, and comes again; an onboarding that fails is released. */
  async function live(tenantId: string): Promise<void> {
    await clock.sleep(random.below(12) * MINUTE);
    await onboard(tenantId, 'op-0');
    if (random.chance(0.6)) {
      await clock.sleep(random.below(12) * MINUTE);
      homes.delete(tenantId);
      await workflows.release(tenantId, 'op-0');
    }
    await clock.sleep(random.below(12) * MINUTE);
    await onboard(tenantId, 'op-1');
  }
  return { live, given, hadBy, homes };
}

/** What schedules and people do: resume, repair, replenish (sometimes twice at once), and look at the fences. */
export function operator(
  { organization, random }: WorkflowWorld,
  workflows: Workflows,
  view: Awaited<ReturnType<typeof accountsView>>,
  poolSize: number,
) {
  const { table, now } = organization;
  const background = new Set<Promise<void>>();
  const broken: string[] = [];
  const vendings: Vendings = {
    isRunning: workflows.isRunning,
    async start({ accountName, reservedFor }) {
      const vending = workflows
        .vend(accountName, reservedFor)
        .catch((error: unknown) => {
          if (!gaveUp(error)) broken.push(String(error));
        })
        .finally(() => background.delete(vending));
      background.add(vending);
    },
  };

  async function operate(): Promise<void> {
    await workflows.resume();
    await repairGates(table, workflows.isRunning, workflows.wakeUp);
    const settings = { size: poolSize, readinessHours: 24, now: now() };
    const visits = Array.from({ length: random.chance(0.3) ? 2 : 1 }, () => replenishPool(table, vendings, settings));
    for (const { started, available, progressing } of await Promise.all(visits))
      if (started.length > 0 && available + progressing > poolSize)
        broken.push(`${available} in the pool and ${progressing} on their way`);
    broken.push(...(await view.breaches()));
  }

  /** Whether nothing is on its way any more. */
  const settled = async () =>
    background.size === 0 && !(await view.records()).some(({ state }) => PROGRESSING_STATES.includes(state));
  return { operate, settled, broken };
}

/** An execution that was stopped, or an account that AWS refuses: the operation is released. */
function gaveUp(error: unknown): boolean {
  return error instanceof Error && ['Stopped', 'AccountRefused'].includes(error.name);
}
