import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { releaseNetwork } from '../networks/claims.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { accountClients } from './access.ts';
import { platformAccountOf } from './platform-account.ts';
import { failureReason, findTenantStack, type Stacks } from './stack.ts';

/**
 * Ensures that the tenant's foundation stack is gone, and after it whatever `afterwards` gives back. Throws
 * `StillDeleting` until it is, `StackFailed` each time CloudFormation could not delete it (and has it try again, for the
 * next call), `ResourceNotOwned` for somebody else's stack.
 */
export async function releaseFoundation(
  stacks: Stacks,
  ledger: Ledger,
  { tenantId, stackName }: { tenantId: string; stackName: string },
  afterwards: () => Promise<void> = async () => undefined,
): Promise<void> {
  const stack = await findTenantStack(stacks, stackName, tenantId);
  if (!stack || stack.StackStatus === 'DELETE_COMPLETE') {
    await afterwards();
    await ledger.deleted('foundation', stackName);
    return;
  }
  const reason = stack.StackStatus === 'DELETE_FAILED' ? await failureReason(stacks, stackName) : undefined;
  // One that is still being made cannot be deleted yet on all paths; CloudFormation then says so, and the retry comes again.
  if (stack.StackStatus !== 'DELETE_IN_PROGRESS') await stacks.send(new DeleteStackCommand({ StackName: stackName }));
  if (reason !== undefined)
    throw new CatalogueError('StackFailed', `The stack ${stackName} could not be deleted: ${reason}`);
  throw new CatalogueError('StillDeleting', `The stack ${stackName} is being deleted.`);
}

/** Step of release-placement. The ledger's entry says in which account the stack is, and whether it may have a network. */
export const handler = step({
  name: 'release-foundation',
  input: placedStepInput.extend({ name: z.string(), attributes: z.record(z.string(), z.string()).default({}) }),
  output: z.object({ released: z.literal(true) }),
  async run({ name: stackName, attributes, ...operation }) {
    const platformAccountId = platformAccountOf(operation.executionArn);
    const { stacks } = accountClients(attributes['accountId'] ?? platformAccountId, platformAccountId);
    const { tenantId } = operation;
    await releaseFoundation(stacks, createLedger(table(), operation), { tenantId, stackName }, async () => {
      if (attributes['network'] !== undefined) await releaseNetwork(table(), operation);
    });
    return { released: true as const };
  },
});
