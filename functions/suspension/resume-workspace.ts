import { z } from 'zod';
import { platformClient } from '../kubernetes/cluster-clients.ts';
import { eksIn } from '../kubernetes/eks-account.ts';
import { readLedger } from '../operations/ledger-store.ts';
import { expectCurrent } from '../operations/tenant-registry.ts';
import { environment } from '../runtime/environment.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { resumeNamespace } from './resume-namespace.ts';
import { restoreAccess, workplaces } from './tenant-access.ts';
import { unlessGone } from './unless-gone.ts';
import { startInside } from './virtual-cluster.ts';

/**
 * Step of resume-tenant and deprovision-tenant (a deletion that was cancelled): everything is as it was before the
 * suspension. One that was suspended before its deletion was asked for stays so.
 */
export const handler = step({
  name: 'resume-workspace',
  input: stepInput,
  output: z.object({ resumed: z.boolean() }),
  async run(operation) {
    const { tenantId } = operation;
    const tenant = await expectCurrent(table(), operation);
    const stays = tenant.operation === 'deprovision' && tenant.stateBefore === 'SUSPENDED';
    const { suspensionId } = tenant;
    if (stays || suspensionId === undefined) return { resumed: false };
    for (const { clusterName, accountId, generation, virtual } of workplaces(await readLedger(table(), tenantId))) {
      const kubernetes = await unlessGone(() => platformClient(clusterName, accountId));
      if (kubernetes === undefined) continue;
      await resumeNamespace(kubernetes, { tenantId, generation, suspensionId });
      if (virtual) await startInside(kubernetes, { tenantId, generation, suspensionId });
    }
    await restoreAccess(table(), eksIn, operation, tenant, environment('POD_IDENTITY_ROLE_ARN'));
    return { resumed: true };
  },
});
