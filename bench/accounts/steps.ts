import { expectAccount } from '../../functions/accounts/account-store.ts';
import { applyBaseline } from '../../functions/accounts/apply-baseline.ts';
import { assignAccount } from '../../functions/accounts/assign-account.ts';
import { checkReadiness } from '../../functions/accounts/check-readiness.ts';
import { claimAccount } from '../../functions/accounts/claim-account.ts';
import { createAccount } from '../../functions/accounts/create-account.ts';
import type { OrganizationClients } from '../../functions/accounts/organization.ts';
import { reserve } from '../../functions/accounts/pace.ts';
import { recordPlan } from '../../functions/accounts/plan-account.ts';
import { secureAccount } from '../../functions/accounts/secure-account.ts';
import { stockAccount } from '../../functions/accounts/stock-account.ts';
import { accountIdOf } from '../../functions/accounts/vended-account.ts';
import { arrive, leave, pauseGate, type WakeUp } from '../../functions/operations/gate.ts';
import { createLedger } from '../../functions/operations/ledger-store.ts';
import { registerTenant, updateTenant } from '../../functions/operations/tenant-registry.ts';
import type { JsonValue } from '../../local/states/engine/contract.ts';
import type { AccountsConfig } from '../../tenancy/accounts/config.ts';
import { gateCapacity, tenantGate } from '../../tenancy/gates.ts';
import { PLACEMENTS } from './arrivals.ts';
import { freshAccounts, otherSteps } from './stand-ins.ts';
import type { World } from './world.ts';

type Input = Record<string, string>;
/** What the handler of a function does with its input. */
export type Step = (input: Input, clients: OrganizationClients) => Promise<unknown>;

/** The functions by the names that the definitions give them: the product's own, and stand-ins for what comes after the account. */
export function productSteps(world: World, settings: AccountsConfig, wakeUp: WakeUp): Record<string, Step> {
  const rest = Object.entries(otherSteps(world)).map(([name, step]): [string, Step] => [
    name,
    async (input) => step(input),
  ]);
  return {
    ...Object.fromEntries(rest),
    ...operationSteps(world, wakeUp),
    ...vendingSteps(world, settings),
    ...claimingSteps(world),
  };
}

function operationSteps({ table }: World, wakeUp: WakeUp): Record<string, Step> {
  return {
    async Admit({ tenantId = '', operationId = '', executionArn = '', taskToken = '', enteredAt = '' }) {
      const gate = tenantGate(tenantId);
      await arrive(table, { gate, holderId: operationId, executionArn, taskToken, enqueuedAt: enteredAt }, 1, wakeUp);
      return { gate };
    },
    async RegisterTenant({ startedAt = '', tier = '', tenantId = '', operationId = '', executionArn = '', ...input }) {
      const placement = PLACEMENTS[tier as keyof typeof PLACEMENTS];
      const { owner = '', correlationId = '' } = input;
      const ids = { tenantId, operationId, executionArn, owner, correlationId };
      const times = { createdAt: startedAt, updatedAt: startedAt };
      await registerTenant(table, { ...ids, ...times, tier, placement, generation: 1, state: 'ONBOARDING' });
      return { placement, generation: 1 };
    },
    async ActivateTenant({ facts, tenantId = '', operationId = '' }) {
      const { isolation: _proven, ...where } = facts as unknown as Record<string, JsonValue>;
      await updateTenant(table, { tenantId, operationId }, 'READY', where);
      return { state: 'READY' };
    },
    async LeaveGate({ tenantId = '', operationId = '' }) {
      await leave(table, tenantGate(tenantId), operationId, 1, wakeUp);
      return {};
    },
    async EnterGate({ gate = '', holderId = '', executionArn = '', taskToken = '', enteredAt = '' }) {
      const waiter = { gate, holderId, executionArn, taskToken, enqueuedAt: enteredAt };
      await arrive(table, waiter, gateCapacity(gate), wakeUp);
      return { gate };
    },
    async LeaveNamedGate({ gate = '', holderId = '' }) {
      await leave(table, gate, holderId, gateCapacity(gate), wakeUp);
      return { gate };
    },
    async PauseGate({ gate = '', holderId = '', reason = '' }) {
      await pauseGate(table, gate, { holderId, reason, since: '' });
      return { gate };
    },
  };
}

function vendingSteps(world: World, settings: AccountsConfig): Record<string, Step> {
  const { table } = world;
  const now = () => world.local.cloud.clock.now();
  const inAccount = freshAccounts(world);
  const clientsOf = async (accountName: string) => inAccount(accountIdOf(await expectAccount(table, accountName)));
  const stack = { templateBody: '{}', parameters: {} };
  return {
    async PlanAccount({ accountName = '', reservedFor, executionArn = '' }) {
      await recordPlan(table, { accountName, reservedFor, executionArn }, settings.emailPattern);
      return { accountName };
    },
    async CreateAccount({ accountName = '' }, clients) {
      const creation = { table, clients, emailPattern: settings.emailPattern, now };
      return { accountId: await createAccount(creation, accountName) };
    },
    async SecureAccount({ accountName = '' }, clients) {
      return { accountId: await secureAccount(table, clients, accountName) };
    },
    async CheckReadiness({ accountName = '' }) {
      const clients = await clientsOf(accountName);
      return { accountId: await checkReadiness(table, accountName, { clients, settings, now: now() }) };
    },
    async ApplyBaseline({ accountName = '' }) {
      const clients = await clientsOf(accountName);
      return { accountId: await applyBaseline(table, accountName, { clients, settings, stack, now: now() }) };
    },
    async StockAccount({ accountName = '' }) {
      return { accountId: await stockAccount(table, accountName, new Date(now()).toISOString()) };
    },
  };
}

function claimingSteps({ table, local }: World): Record<string, Step> {
  return {
    async EnsureAccount(input) {
      const { executionArn = '', tenantId = '', operationId = '' } = input;
      const accountId = executionArn.split(':')[4] ?? '';
      await createLedger(table, { tenantId, operationId, generation: 1 }).created('account', 'pooled', { accountId });
      return { accountId };
    },
    async ClaimAccount({ tenantId = '', operationId = '' }) {
      const claimed = await claimAccount(table, { tenantId, operationId, generation: 1 });
      if (!claimed.accountId) return claimed;
      const moveAt = await reserve(table, 'MoveAccount', local.cloud.clock.now());
      return { ...claimed, moveAt: moveAt.toISOString() };
    },
    async AssignAccount({ tenantId = '', operationId = '', tier = '', accountName = '', accountId = '' }, clients) {
      const settings = { send: async () => ({}) as never };
      const ledger = createLedger(table, { tenantId, operationId, generation: 1 });
      await assignAccount(table, clients, settings, ledger, { tenantId, tier, accountName, accountId });
      return { accountId };
    },
  };
}
