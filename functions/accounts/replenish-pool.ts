import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type Account, PROGRESSING_STATES } from '../../tenancy/accounts/account.ts';
import { CREATIONS_IN_FLIGHT } from '../../tenancy/accounts/limits.ts';
import { stockAccountName } from '../../tenancy/accounts/names.ts';
import { isRunning, stepFunctions } from '../operations/executions.ts';
import { readGate } from '../operations/gate-records.ts';
import { accountsSettings } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import { type Table, table } from '../runtime/table.ts';
import { readAccountEntry } from './account-ledger.ts';
import { getAccount, listAccounts, transition } from './account-store.ts';
import { isStock } from './pool.ts';
import { decide, readIntent } from './pool-intent.ts';

/**
 * Stock that may wait for its creation or be in it: tenants that wait for an account of their own queue behind no more than that.
 * What exists and is being prepared is in nobody's way, and preparing takes longer than creating.
 */
export const STOCK_IN_CREATION = 2 * CREATIONS_IN_FLIGHT;

const HOUR = 3_600_000;
const logger = new Logger({ serviceName: 'replenish-pool' });

/** Executions of vend-account. */
export interface Vendings {
  start(request: { accountName: string; reservedFor?: string }): Promise<void>;
  isRunning(executionArn: string): Promise<boolean>;
}

export interface PoolReport {
  /** Prepared accounts that anyone may have. */
  available: number;
  /** Stock on its way. */
  progressing: number;
  /** Of those, vended longer ago than they may take to become ready: a person looks at them. */
  stuck: number;
  /** How long the oldest one has been available, in seconds. */
  oldestAvailableSeconds: number;
  quarantined: number;
  /** Creations wait until a person has put something right. */
  paused: boolean;
  /** Accounts whose vending was started again. */
  restarted: string[];
  /** New stock. */
  started: string[];
}

/**
 * Refills the pool to its size, counting what is available and what is on its way (never what failed or was lived in), starts
 * the vending again of whatever is on its way without a running execution, and lets go of reservations that nobody needs any more. Of
 * two visits at once one orders. Orders nothing while creations are paused, which is how the organization's account limit stops it.
 */
export async function replenishPool(
  table: Table,
  vendings: Vendings,
  settings: { size: number; readinessHours: number; now: number },
): Promise<PoolReport> {
  const intent = await readIntent(table);
  const available = (await listAccounts(table, 'AVAILABLE')).filter((account) => account.previousTenant === undefined);
  const progressing: Account[] = [];
  for (const state of PROGRESSING_STATES) progressing.push(...(await listAccounts(table, state)));
  const unseen = await unseenNames(table, intent.names, [...available, ...progressing]);
  await dropReservations(table, available);
  const restarted = await restart(vendings, progressing);
  for (const accountName of unseen) await vendings.start({ accountName });

  const stock = progressing.filter(isStock);
  const stuck = stock.filter(
    ({ vendedAt }) => vendedAt && Date.parse(vendedAt) < settings.now - settings.readinessHours * HOUR,
  );
  const paused = (await readGate(table, 'account-creation'))?.paused !== undefined;
  const free = available.filter(isStock);
  const counted = free.length + stock.length + unseen.length;
  const inCreation = stock.filter(({ state }) => state !== 'VENDED').length + unseen.length;
  const room = STOCK_IN_CREATION - inCreation;
  const wanted = paused ? 0 : Math.max(0, Math.min(settings.size - counted, room));
  const names = Array.from({ length: wanted }, () => stockAccountName(randomUUID()));
  // What is decided is known before it is done: after a crash the next visit starts it.
  const decided = await decide(table, intent, [...unseen, ...names]);
  const started = decided ? names : [];
  for (const accountName of started) await vendings.start({ accountName });
  const since = free.map(({ availableAt }) => Date.parse(availableAt ?? '')).filter(Number.isFinite);
  return {
    available: free.length,
    progressing: stock.length + unseen.length + started.length,
    stuck: stuck.length,
    oldestAvailableSeconds: since.length > 0 ? Math.max(0, settings.now - Math.min(...since)) / 1_000 : 0,
    quarantined: (await listAccounts(table, 'QUARANTINED')).length,
    paused,
    restarted,
    started,
  };
}

/** What was decided on and is still not on its way by the index: its vending has not begun, or the index is behind. */
async function unseenNames(table: Table, names: readonly string[], seen: readonly Account[]): Promise<string[]> {
  const listed = new Set(seen.map(({ accountName }) => accountName));
  const unseen: string[] = [];
  for (const name of names) {
    if (listed.has(name)) continue;
    const account = await getAccount(table, name);
    if (!account || PROGRESSING_STATES.includes(account.state)) unseen.push(name);
  }
  return unseen;
}

/** An account that was vended for a tenant which does not need it any more goes to anyone. */
async function dropReservations(table: Table, available: readonly Account[]): Promise<void> {
  for (const { accountName, reservedFor } of available) {
    if (!reservedFor) continue;
    const entry = await readAccountEntry(table, reservedFor);
    if (entry && entry.state !== 'DELETED' && entry.attributes['accountName'] === accountName) continue;
    const condition = { expression: 'reservedFor = :tenant', values: { ':tenant': reservedFor } };
    await transition(table, accountName, ['AVAILABLE'], 'AVAILABLE', { reservedFor: undefined }, condition);
  }
}

async function restart(vendings: Vendings, progressing: readonly Account[]): Promise<string[]> {
  const restarted: string[] = [];
  for (const { accountName, executionArn, reservedFor } of progressing) {
    if (executionArn && (await vendings.isRunning(executionArn))) continue;
    await vendings.start({ accountName, ...(reservedFor && { reservedFor }) });
    restarted.push(accountName);
  }
  return restarted;
}

/** On a schedule. */
export async function handler(): Promise<PoolReport> {
  const { pool, readinessHours } = accountsSettings();
  const settings = { size: pool.size, readinessHours, now: Date.now() };
  const report = await replenishPool(table(), vendings(environment('VEND_ACCOUNT_ARN')), settings);
  logger.info('pool replenished', { ...report });
  publish(report);
  return report;
}

function vendings(stateMachineArn: string): Vendings {
  return {
    async start(request) {
      const name = `${request.accountName}-${randomUUID().slice(0, 8)}`;
      await stepFunctions().send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(request) }));
    },
    isRunning: (executionArn) => isRunning(stepFunctions(), executionArn),
  };
}

/** In the log, from which CloudWatch takes them. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html */
function publish(report: PoolReport): void {
  const metrics = new Metrics({ namespace: 'Tenantry', serviceName: 'accounts' });
  metrics.addMetric('AccountsAvailable', MetricUnit.Count, report.available);
  metrics.addMetric('AccountsProgressing', MetricUnit.Count, report.progressing);
  metrics.addMetric('AccountsStuck', MetricUnit.Count, report.stuck);
  metrics.addMetric('AccountsQuarantined', MetricUnit.Count, report.quarantined);
  metrics.addMetric('OldestAvailableAccount', MetricUnit.Seconds, report.oldestAvailableSeconds);
  metrics.addMetric('CreationsPaused', MetricUnit.Count, report.paused ? 1 : 0);
  metrics.publishStoredMetrics();
}
