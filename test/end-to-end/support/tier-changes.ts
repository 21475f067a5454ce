import { randomUUID } from 'node:crypto';
import { DescribeExecutionCommand, paginateListExecutions } from '@aws-sdk/client-sfn';
import { currentPlacement, type MadePlacement, type Tenant } from '../../../tenancy/tenant.ts';
import type { BusEvent, BusListener } from './bus-listener.ts';
import { type Clients, stateMachineArn } from './clients.ts';
import { eventually } from './eventually.ts';
import { history } from './executions.ts';
import { put } from './product.ts';
import { registered } from './registry.ts';

/** Asks for a tier as the product that owns the tenant does; the operation's id. */
export async function askForTier(
  clients: Clients,
  tenantId: string,
  tier: string,
  correlationId?: string,
): Promise<string> {
  const metadata = { id: randomUUID(), version: 1, occurredAt: '2026-11-22T09:30:00.000Z', correlationId };
  const detail = JSON.stringify({ metadata, data: { tenantId, tier } });
  const answer = await put(clients, detail, { detailType: 'TenantTierChangeRequested' });
  if (!answer.EventId) throw new Error(`PutEvents: ${answer.ErrorCode} ${answer.ErrorMessage}`);
  return metadata.id;
}

const OUTCOMES = ['TenantTierChanged', 'TenantTierChangeFailed', 'TenantEventRejected'];

/** What was said in the end of the operation that was asked for. */
export function outcomeOf(bus: BusListener, operationId: string): Promise<BusEvent> {
  return bus.find(`outcome of ${operationId}`, ({ 'detail-type': type, detail: { data } }) => {
    return OUTCOMES.includes(type) && (data.operationId === operationId || data.rejected?.id === operationId);
  });
}

/** Waits until the placement of that number is released. */
export function released(bus: BusListener, tenantId: string, generation: number): Promise<BusEvent> {
  return bus.find(`release of placement ${generation} of ${tenantId}`, ({ 'detail-type': type, detail: { data } }) => {
    const progress = type === 'TenantTierChangeProgressed' && data.tenantId === tenantId;
    return progress && data.phase === 'released' && data.generation === generation;
  });
}

/** Where the registry says that the tenant lives. */
export async function placementOf(clients: Clients, tenantId: string): Promise<MadePlacement> {
  return currentPlacement((await registered(clients, tenantId)) as unknown as Tenant);
}

/** Waits until the request stands at the tenant's gate, behind an operation that runs. */
export async function waitsAtGate(clients: Clients, tenantId: string, operationId: string): Promise<void> {
  await eventually(`${operationId} at the gate of ${tenantId}`, async () => {
    const arn = await executionOf(clients, operationId);
    if (!arn) return undefined;
    const last = (await history(clients, arn)).at(-1);
    return last?.type === 'TaskSubmitted' ? arn : undefined;
  });
}

async function executionOf({ stepFunctions: client }: Clients, operationId: string): Promise<string | undefined> {
  const request = { stateMachineArn: stateMachineArn('change-tier'), statusFilter: 'RUNNING' } as const;
  for await (const { executions = [] } of paginateListExecutions({ client }, request))
    for (const { executionArn } of executions) {
      const { input = '{}' } = await client.send(new DescribeExecutionCommand({ executionArn }));
      if ((JSON.parse(input) as { operationId?: string }).operationId === operationId) return executionArn;
    }
  return undefined;
}
