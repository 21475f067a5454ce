import { randomUUID } from 'node:crypto';
import { DisableRuleCommand, EnableRuleCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateStateMachineCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ACCOUNT, type Clients, REGION } from './clients.ts';
import { eventually } from './eventually.ts';
import { SOURCE } from './product.ts';

const ROLE = 'end-to-end-later';

/** An event about a tenant, and the seconds of simulated time after the one before it. */
export interface Planned {
  after: number;
  detailType: string;
  data: object;
}

/**
 * Puts events on the bus one after the other, each when its time has passed on the simulated clock: the local cloud leaps over
 * waiting, so a test cannot be quick enough itself. The events' `metadata.id`.
 */
export async function putInTurn(clients: Clients, planned: Planned[]): Promise<string[]> {
  const ids = planned.map(() => randomUUID());
  const States = Object.fromEntries(planned.flatMap((event, index) => statesOf(event, index, planned, ids)));
  const roleArn = await role(clients);
  const definition = JSON.stringify({ StartAt: 'Wait0', States });
  const stateMachineArn = await eventually('the state machine', async () => {
    try {
      const machine = { name: `later-${ids[0]}`, definition, roleArn };
      return (await clients.stepFunctions.send(new CreateStateMachineCommand(machine))).stateMachineArn;
    } catch (error) {
      // A role that was just made is not known everywhere.
      if (error instanceof Error && error.name === 'AccessDeniedException') return undefined;
      throw error;
    }
  });
  await clients.stepFunctions.send(new StartExecutionCommand({ stateMachineArn }));
  return ids;
}

function statesOf(
  { after, detailType, data }: Planned,
  index: number,
  { length }: Planned[],
  ids: string[],
): [string, object][] {
  const Detail = { metadata: { id: ids[index], version: 1, occurredAt: '2026-11-22T09:30:00.000Z' }, data };
  const put = {
    Type: 'Task',
    Resource: 'arn:aws:states:::events:putEvents',
    Parameters: { Entries: [{ EventBusName: 'tenantry', Source: SOURCE, DetailType: detailType, Detail }] },
    // The role may be too new to be known everywhere.
    Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 5 }],
  };
  return [
    [`Wait${index}`, { Type: 'Wait', Seconds: after, Next: `Put${index}` }],
    [`Put${index}`, index + 1 < length ? { ...put, Next: `Wait${index + 1}` } : { ...put, End: true }],
  ];
}

async function role({ iam }: Clients): Promise<string> {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Resource: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/tenantry`,
      },
    ],
  };
  try {
    await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'EntityAlreadyExistsException') throw error;
  }
  await iam.send(
    new PutRolePolicyCommand({ RoleName: ROLE, PolicyName: 'events', PolicyDocument: JSON.stringify(policy) }),
  );
  return `arn:aws:iam::${ACCOUNT}:role/${ROLE}`;
}

/**
 * Does the work while nothing happens on a schedule, except by the rules that are named: in a month that passes, a rule of every
 * minute fires 43,200 times.
 */
export async function withoutSchedules(
  clients: Clients,
  work: () => Promise<void>,
  except: readonly string[] = [],
): Promise<void> {
  const resume = await stopSchedules(clients, except);
  try {
    await work();
  } finally {
    await resume();
  }
}

/** Nothing happens on a schedule, except by the rules that are named, until what is returned is called. */
export async function stopSchedules({ events }: Clients, except: readonly string[] = []): Promise<() => Promise<void>> {
  const { Rules = [] } = await events.send(new ListRulesCommand({ Limit: 100 }));
  const schedules = Rules.filter(
    ({ Name = '', ScheduleExpression, State }) => ScheduleExpression && State === 'ENABLED' && !except.includes(Name),
  );
  for (const { Name } of schedules) await events.send(new DisableRuleCommand({ Name }));
  return async () => {
    for (const { Name } of schedules) await events.send(new EnableRuleCommand({ Name }));
  };
}
