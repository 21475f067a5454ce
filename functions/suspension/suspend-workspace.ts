import { z } from 'zod';
import { suspension } from '../../events/tenant-suspended.ts';
import { platformClient } from '../kubernetes/cluster-clients.ts';
import { eksIn } from '../kubernetes/eks-account.ts';
import { readLedger } from '../operations/ledger-store.ts';
import { expectCurrent } from '../operations/tenant-registry.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { type Suspended, suspendNamespace } from './suspend-namespace.ts';
import { revokeAccess, workplaces } from './tenant-access.ts';
import { unlessGone } from './unless-gone.ts';
import { stopInside } from './virtual-cluster.ts';

/**
 * Step of suspend-tenant and deprovision-tenant: the tenant is known in no cluster, and nothing of it runs. Throws what
 * `suspendNamespace` throws.
 */
export const handler = step({
  name: 'suspend-workspace',
  input: stepInput.extend({ suspensionId: z.string() }),
  output: suspension,
  async run({ suspensionId, ...operation }) {
    const { tenantId } = operation;
    await expectCurrent(table(), operation);
    await revokeAccess(table(), eksIn, operation);
    const total: Suspended = { workloads: 0, leftRunning: [] };
    for (const { clusterName, accountId, generation, virtual } of workplaces(await readLedger(table(), tenantId))) {
      const kubernetes = await unlessGone(() => platformClient(clusterName, accountId));
      if (kubernetes === undefined) continue;
      if (virtual) await stopInside(kubernetes, { tenantId, generation, suspensionId });
      const { workloads, leftRunning } = await suspendNamespace(kubernetes, { tenantId, generation, suspensionId });
      total.workloads += workloads;
      total.leftRunning.push(...leftRunning);
    }
    return total;
  },
});
