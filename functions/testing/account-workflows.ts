import { readAccountEntry } from '../accounts/account-ledger.ts';
import { assignAccount } from '../accounts/assign-account.ts';
import { beginCleaning } from '../accounts/begin-cleaning.ts';
import { type Claimed, claimAccount } from '../accounts/claim-account.ts';
import { cleanAccount } from '../accounts/clean-account.ts';
import { createAccount } from '../accounts/create-account.ts';
import { recordPlan } from '../accounts/plan-account.ts';
import { returnAccount } from '../accounts/return-account.ts';
import { secureAccount } from '../accounts/secure-account.ts';
import { stockAccount } from '../accounts/stock-account.ts';
import { arrive, leave, pauseGate, resumeGate } from '../operations/gate.ts';
import { createLedger } from '../operations/ledger-store.ts';
import type { Invocation } from './invocations.ts';
import type { LocalOrganization } from './local-organization.ts';
import type { Random } from './random.ts';

const GATE = 'account-creation';
const IN_FLIGHT = 5;
const CLEANING = { cleanScans: 2, dirtyScans: 40 };

/** Errors after which Step Functions runs a step again. */
const AGAIN = [
  'Killed',
  'StillCreating',
  'StillCleaning',
  'NotYetConsistent',
  'AccountCreationInterrupted',
  'AccountEmailTaken',
  'AwsUnavailable',
  'AwsThrottled',
  'ConcurrentModificationException',
  'TooManyRequestsException',
];

/** The execution was stopped; its steps are not run again. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export interface WorkflowWorld {
  readonly organization: LocalOrganization;
  readonly random: Random;
  invoke<T>(step: (invocation: Invocation) => Promise<T>): Promise<T>;
  /** Share of the steps before which an execution of vend-account is stopped. */
  stopped: number;
  /** Share of the steps that are invoked twice at once. */
  doubled: number;
}

/** The state machines of accounts, as their definitions order the steps; readiness and baseline, which touch no record of others, left out. */
export function accountWorkflows(world: WorkflowWorld) {
  const { organization, random, invoke } = world;
  const { clock } = organization.local.cloud;
  const running = new Set<string>();
  const waiting = new Map<string, () => void>();
  let executions = 0;
  const wakeUp = async (token: string) => {
    const wake = waiting.get(token);
    if (!wake) return 'gone' as const;
    waiting.delete(token);
    wake();
    return 'woken' as const;
  };

  /** A Task with its Retry; sometimes Step Functions invokes twice, and the slower one goes on meanwhile. */
  async function task<T>(step: (invocation: Invocation) => Promise<T>): Promise<T> {
    for (let visit = 0; visit < 500; visit++) {
      const tries = Array.from({ length: random.chance(world.doubled) ? 2 : 1 }, () => invoke(step));
      const [first, ...others] = await Promise.allSettled(tries);
      const done = [first, ...others].find((one) => one?.status === 'fulfilled');
      if (done?.status === 'fulfilled') return done.value;
      const error: unknown = first?.status === 'rejected' ? first.reason : undefined;
      if (!(error instanceof Error && AGAIN.includes(error.name))) throw error;
      await clock.sleep(10_000 + random.below(20_000));
    }
    throw new Error('A step was run again 500 times.');
  }

  async function enterGate(accountName: string, executionArn: string): Promise<void> {
    const taskToken = `${executionArn}#${executions++}`;
    const admitted = new Promise<void>((resolve) => waiting.set(taskToken, resolve));
    const enqueuedAt = new Date(clock.now()).toISOString();
    await task(({ table }) =>
      arrive(table, { gate: GATE, holderId: accountName, executionArn, taskToken, enqueuedAt }, IN_FLIGHT, wakeUp),
    );
    await admitted;
  }

  const leaveGate = (accountName: string) => task(({ table }) => leave(table, GATE, accountName, IN_FLIGHT, wakeUp));

  async function create(accountName: string, executionArn: string): Promise<void> {
    await enterGate(accountName, executionArn);
    try {
      await task(({ table, clients }) => createAccount({ ...organization.creation, table, clients }, accountName));
    } catch (error) {
      if (!(error instanceof Error && error.name === 'AccountCreationBlocked')) {
        await leaveGate(accountName);
        throw error;
      }
      const pause = { holderId: accountName, reason: error.message, since: 'now' };
      await task(({ table }) => pauseGate(table, GATE, pause));
      return create(accountName, executionArn);
    }
    await leaveGate(accountName);
  }

  /** vend-account. */
  async function vend(accountName: string, reservedFor?: string, stoppable = true): Promise<void> {
    const executionArn = `arn:vend:${accountName}:${executions++}`;
    running.add(executionArn);
    const stop = () => {
      if (stoppable && random.chance(world.stopped)) throw new Stopped('The execution was stopped.');
    };
    try {
      const plan = { accountName, reservedFor, executionArn };
      await task(({ table }) => recordPlan(table, plan, organization.creation.emailPattern));
      stop();
      await create(accountName, executionArn);
      stop();
      await task(({ table, clients }) => secureAccount(table, clients, accountName));
      stop();
      await task(({ table }) => stockAccount(table, accountName, new Date(clock.now()).toISOString()));
    } finally {
      running.delete(executionArn);
    }
  }

  /** acquire-placement, as far as the account goes. */
  async function acquire(tenantId: string, operationId: string): Promise<{ accountName: string; accountId: string }> {
    const claim = () =>
      task(({ table }): Promise<Claimed> => claimAccount(table, { tenantId, operationId, generation: 1 }));
    let { accountName, accountId } = await claim();
    if (!accountId) {
      await vend(accountName, tenantId);
      ({ accountName, accountId } = await claim());
    }
    if (!accountId) throw new Error(`The account ${accountName} was vended and not claimed.`);
    const assignment = { tenantId, tier: 'premium', accountName, accountId };
    await task(({ table, clients }) =>
      assignAccount(
        table,
        clients,
        { send: async () => ({}) as never },
        createLedger(table, { tenantId, operationId, generation: 1 }),
        assignment,
      ),
    );
    return { accountName, accountId };
  }

  /** release-placement with clean-account. */
  async function release(tenantId: string, operationId: string): Promise<void> {
    const entry = await readAccountEntry(organization.table, tenantId);
    const accountName = entry?.attributes['accountName'];
    if (!entry || entry.state === 'DELETED' || !accountName) return;
    const ledger = (table: Invocation['table']) => createLedger(table, { tenantId, operationId, generation: 1 });
    const { clean } = await task(({ table }) =>
      beginCleaning(table, ledger(table), { tenantId, accountName }, clock.now()),
    );
    if (!clean) return;
    const cleaning = { limits: CLEANING, scan: async () => ({ found: 0, remaining: [] }), now: () => clock.now() };
    await task(({ table, clients }) =>
      cleanAccount({ ...cleaning, registry: table, organization: clients }, { tenantId, accountName }),
    );
    const back = { tenantId, accountName, cleanScans: CLEANING.cleanScans };
    await task(({ table, clients }) => returnAccount(table, clients, ledger(table), back));
  }

  return {
    vend,
    acquire,
    release,
    isRunning: async (executionArn: string) => running.has(executionArn),
    resume: () => resumeGate(organization.table, GATE, IN_FLIGHT, wakeUp),
    wakeUp,
  };
}
