import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { nextPlaceAt, recentClosures } from '../../functions/accounts/closing/closure-ledger.ts';
import type { Account, AccountState } from '../../tenancy/accounts/account.ts';
import { CLOSE_WINDOW_DAYS, closeBudget } from '../../tenancy/accounts/limits.ts';
import type { Installation } from '../installation.ts';
import { duration, print } from '../output.ts';
import { type StepTime, stepsOf } from '../steps.ts';
import { nowOf, requireAccount } from './accounts.ts';

const CLOSABLE: readonly AccountState[] = ['AVAILABLE', 'QUARANTINED', 'CLOSING'];
const LOOK_EVERY_MILLISECONDS = 1_000;

/** What closing an account would mean. */
interface Plan {
  account: Account;
  used: number;
  /** AWS allows at least as many within 30 days; more in an organization of more than 1,250 accounts. */
  budget: number;
  nextPlaceAt?: string;
}

/**
 * `tenantry accounts close <id or name>`: says what would happen; with `confirm` it starts the workflow close-account and
 * waits for its end. Throws an Error for an account that may not be closed, and one with AWS's reason when closing fails.
 */
export async function closeAccount(
  installation: Installation,
  idOrName: string,
  { confirm, json }: { confirm: boolean; json: boolean },
): Promise<void> {
  const plan = await planOf(installation, idOrName);
  const { account } = plan;
  if (account.state === 'CLOSED') {
    print(json, { closed: true, ...plan }, () => `${titleOf(account)} was closed at ${account.closedAt}.`);
    return;
  }
  if (!account.accountId || !CLOSABLE.includes(account.state))
    throw new Error(
      `${titleOf(account)} is ${account.state}${account.tenantId ? ` of "${account.tenantId}"` : ''}: only accounts that are ${CLOSABLE.slice(0, 2).join(' or ')} can be closed. A tenant gives its account back when it is deprovisioned.`,
    );
  if (!confirm) {
    print(json, { closed: false, ...plan }, () => dryRun(plan));
    return;
  }
  await run(installation, account, json);
}

async function planOf(installation: Installation, idOrName: string): Promise<Plan> {
  const account = await requireAccount(installation, idOrName);
  const closures = await recentClosures(installation.table, nowOf([account]));
  const next = nextPlaceAt(closures);
  return {
    account,
    used: Object.keys(closures).length,
    budget: closeBudget(0),
    ...(next && { nextPlaceAt: next.toISOString() }),
  };
}

function titleOf({ accountName, accountId }: Account): string {
  return `The account ${accountName}${accountId ? ` (${accountId})` : ''}`;
}

function dryRun({ account, used, budget, nextPlaceAt }: Plan): string {
  const left = budget - used;
  const places =
    left > 0
      ? `${left} of at least ${budget} closures are left in ${CLOSE_WINDOW_DAYS} days`
      : `the ${budget} closures that AWS always allows in ${CLOSE_WINDOW_DAYS} days are used; the next place is free after ${nextPlaceAt}, in an organization of more than 1,250 accounts earlier`;
  return [
    `${titleOf(account)} is ${account.state}. With --confirm:`,
    '  1. nobody can claim it any more (CLOSING)',
    '  2. it waits at the gate account-closing: AWS takes three closures at a time, one in 20 seconds',
    '  3. it moves to tenantry/Suspended, where everything is denied',
    '  4. AWS closes it: its resources are deleted after 90 days, its address cannot be used again, and it counts',
    '     against the account limit until then. Within the 90 days AWS Support can reopen it',
    `budget: ${places}`,
    'Nothing was changed.',
  ].join('\n');
}

async function run(installation: Installation, { accountName, accountId }: Account, json: boolean): Promise<void> {
  const { stepFunctions, sts, stateMachineArn } = installation;
  const { Arn: requestedBy } = await sts.send(new GetCallerIdentityCommand({}));
  const { executionArn = '' } = await stepFunctions.send(
    new StartExecutionCommand({
      stateMachineArn: stateMachineArn('close-account'),
      input: JSON.stringify({ accountId, requestedBy }),
    }),
  );
  if (!json) console.log(`closing ${accountName} (${accountId}); Ctrl-C leaves it going on\n${executionArn}`);
  const told = new Set<string>();
  for (;;) {
    const execution = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    if (!json) tell(await stepsOf(stepFunctions, executionArn), told);
    if (execution.status === 'SUCCEEDED') break;
    if (execution.status !== 'RUNNING')
      throw new Error(`closing ${accountName} ended ${execution.status}: ${execution.error}: ${execution.cause}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLISECONDS));
  }
  const account = await requireAccount(installation, accountName);
  print(json, { closed: true, account, executionArn }, () => `${titleOf(account)} was closed at ${account.closedAt}.`);
}

function tell(steps: readonly StepTime[], told: Set<string>): void {
  for (const [index, step] of steps.entries()) {
    const key = `${index}#${step.status}`;
    if (told.has(key)) continue;
    told.add(key);
    const time = step.status === 'running' ? '' : `  ${duration(step.milliseconds ?? 0)}`;
    console.log(`${step.state.padEnd(30)} ${step.status}${time}`);
  }
}
