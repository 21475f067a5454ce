import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { TENANTRY_SOURCE } from '../../events/catalogue.ts';
import { type Operation, type OperationName, operationOf } from '../../tenancy/operations.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { step, stepInput } from '../runtime/step.ts';
import { conditionFailed, type Table, table } from '../runtime/table.ts';
import { getTenant, placeholders, refusal } from './tenant-registry.ts';

/** Operations that stop what runs; a tenant that is suspended already keeps the mark of that suspension. */
const SUSPENDING: readonly OperationName[] = ['suspend', 'deprovision'];

/** Who asks for an operation of a tenant that exists. */
export interface Beginning {
  tenantId: string;
  operationId: string;
  executionArn: string;
  correlationId: string;
  owner: string;
}

/**
 * Makes the operation the tenant's current one, in one conditional write: from here on no other one changes the record.
 * Beginning twice is beginning once. Returns the record. Throws what `obstacle` names: `TenantUnknown`, `TenantNotOwned`,
 * `TenantProtected`, `TenantStateConflict`.
 */
export async function beginOperation(table: Table, operation: Operation, asked: Beginning): Promise<Tenant> {
  const { tenantId, operationId, executionArn, correlationId, owner } = asked;
  const now = new Date().toISOString();
  // Its usage may call for another tier: then Tenantry asks itself.
  const isPlatforms = owner === TENANTRY_SOURCE && operation.name === 'change-tier';
  const hasBegun = (tenant: Tenant | undefined): boolean =>
    (isPlatforms || tenant?.owner === owner) &&
    tenant?.operationId === operationId &&
    tenant.operation === operation.name;
  const before = await getTenant(table, tenantId);
  if (before && hasBegun(before)) return before;
  const states = placeholders(operation.from);
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: `TENANT#${tenantId}`, sk: 'TENANT' },
        UpdateExpression:
          'SET operationId = :operation, #operation = :name, executionArn = :arn, correlationId = :correlation, ' +
          'stateBefore = :before, #state = :during, updatedAt = :now' +
          `${SUSPENDING.includes(operation.name) ? ', suspensionId = if_not_exists(suspensionId, :operation)' : ''} ` +
          'REMOVE failure, graceEndsAt, graceToken, cancelledBy, #next',
        ConditionExpression: [
          '#owner = :owner',
          // The state that is remembered is the one that is replaced.
          '#state = :before',
          `#state IN (${Object.keys(states).join(', ')})`,
          ...(operation.name === 'deprovision'
            ? ['(attribute_not_exists(deletionProtection) OR deletionProtection = :unprotected)']
            : []),
        ].join(' AND '),
        ExpressionAttributeNames: { '#owner': 'owner', '#state': 'state', '#operation': 'operation', '#next': 'next' },
        ExpressionAttributeValues: {
          ':operation': operationId,
          ':name': operation.name,
          ':arn': executionArn,
          ':correlation': correlationId,
          ':before': before?.state ?? '',
          ':during': operation.during,
          ':now': now,
          ':owner': isPlatforms ? (before?.owner ?? '') : owner,
          ...states,
          ...(operation.name === 'deprovision' && { ':unprotected': false }),
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes as Tenant;
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    const existing = await getTenant(table, tenantId);
    // The answer to the write was lost, and the client sent it again.
    if (existing && hasBegun(existing)) return existing;
    throw refusal({ operation, owner, operationId, now }, existing);
  }
}

/** Step of suspend-tenant and resume-tenant. Nothing has been changed when it throws. */
export const handler = step({
  name: 'begin-operation',
  input: stepInput.extend({ operation: z.enum(['suspend', 'resume']), owner: z.string(), correlationId: z.string() }),
  output: z.object({ tier: z.string(), suspensionId: z.string() }),
  async run({ operation, ...asked }) {
    const { tier, suspensionId = '' } = await beginOperation(table(), operationOf(operation), asked);
    return { tier, suspensionId };
  },
});
