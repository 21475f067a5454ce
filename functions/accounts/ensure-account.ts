import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { createLedger } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';

/** Name of the ledger's entry for a place in the platform's own account. */
const POOLED_ACCOUNT = 'pooled';

/**
 * Ensures the AWS account the tenant lives in. `pooled` is the platform's own account, the one the workflow runs in.
 * Throws `PlacementNotSupported` for a dedicated account.
 */
export const handler = step({
  name: 'ensure-account',
  input: placedStepInput.extend({ placement }),
  output: z.object({ accountId: z.string() }),
  async run({ placement, ...operation }) {
    if (placement.account !== 'pooled')
      throw new CatalogueError(
        'PlacementNotSupported',
        `Accounts of the kind "${placement.account}" are not built by this version.`,
      );
    const accountId = operation.executionArn.split(':')[4] ?? '';
    await createLedger(table(), operation).created('account', POOLED_ACCOUNT, { accountId });
    return { accountId };
  },
});
