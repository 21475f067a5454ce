import { CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { once } from '../runtime/environment.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { failureReason, findTenantStack, type Stacks } from './stack.ts';

const client = once(() => new CloudFormationClient({}));

/**
 * Ensures that the tenant's foundation stack is gone. Throws `StillDeleting` until it is, `StackFailed` when
 * CloudFormation could not delete it, `ResourceNotOwned` for somebody else's stack.
 */
export async function releaseFoundation(
  stacks: Stacks,
  ledger: Ledger,
  tenantId: string,
  stackName: string,
): Promise<void> {
  const stack = await findTenantStack(stacks, stackName, tenantId);
  if (!stack || stack.StackStatus === 'DELETE_COMPLETE') {
    await ledger.deleted('foundation', stackName);
    return;
  }
  if (stack.StackStatus === 'DELETE_FAILED')
    throw new CatalogueError(
      'StackFailed',
      `The stack ${stackName} could not be deleted: ${await failureReason(stacks, stackName)}`,
    );
  // One that is still being made cannot be deleted yet on all paths; CloudFormation then says so, and the retry comes again.
  if (stack.StackStatus !== 'DELETE_IN_PROGRESS') await stacks.send(new DeleteStackCommand({ StackName: stackName }));
  throw new CatalogueError('StillDeleting', `The stack ${stackName} is being deleted.`);
}

/** Step of release-placement. */
export const handler = step({
  name: 'release-foundation',
  input: stepInput.extend({ name: z.string() }),
  output: z.object({ released: z.literal(true) }),
  async run({ name, ...operation }) {
    await releaseFoundation(client(), createLedger(table(), operation), operation.tenantId, name);
    return { released: true as const };
  },
});
