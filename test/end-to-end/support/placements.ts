import { randomUUID } from 'node:crypto';
import { type DescribeExecutionOutput, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type Clients, stateMachineArn } from './clients.ts';
import { ended, history, nestedArn } from './executions.ts';
import { put, tenantCreatedDetail } from './product.ts';

/** Puts a TenantCreated event for a tier; the operation's id. Throws an Error unless the bus takes it. */
export async function createOfTier(clients: Clients, tenantId: string, tier: string): Promise<string> {
  const detail = tenantCreatedDetail(tenantId, { data: { tier } });
  const answer = await put(clients, JSON.stringify(detail));
  if (!answer.EventId) throw new Error(`PutEvents: ${answer.ErrorCode} ${answer.ErrorMessage}`);
  return detail.metadata.id;
}

/** A tenant with an account of its own, in a namespace. */
export const createPlus = (clients: Clients, tenantId: string) => createOfTier(clients, tenantId, 'plus');

/** Starts the workflow that takes everything from a tenant which its ledger names; its ARN. */
export async function startRelease({ stepFunctions }: Clients, tenantId: string): Promise<string> {
  const machine = stateMachineArn('release-placement');
  const name = `${tenantId}-${randomUUID().slice(0, 8)}`;
  const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
  const input = JSON.stringify({ tenantId, operationId: randomUUID(), executionArn });
  await stepFunctions.send(new StartExecutionCommand({ stateMachineArn: machine, name, input }));
  return executionArn;
}

/** Takes everything from a tenant; the execution once it has ended. */
export async function release(clients: Clients, tenantId: string): Promise<DescribeExecutionOutput> {
  return ended(clients, await startRelease(clients, tenantId));
}

/** Names of the states that an execution and those it started have entered, in order. */
export async function statesEntered(clients: Clients, executionArn: string): Promise<string[]> {
  const names: string[] = [];
  for (const event of await history(clients, executionArn)) {
    const name = event.stateEnteredEventDetails?.name;
    if (name) names.push(name);
    const child = nestedArn(event);
    if (child) names.push(...(await statesEntered(clients, child)));
  }
  return names;
}
