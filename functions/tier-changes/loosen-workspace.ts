import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { looserNumbers } from '../../tenancy/tier-changes/looser-numbers.ts';
import { findTier } from '../runtime/config.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { ensureVcluster } from '../vclusters/ensure-vcluster.ts';
import { describeHost } from '../vclusters/host-cluster.ts';
import { installedVclusterSettings } from '../vclusters/installed-settings.ts';
import { ensureNamespace } from '../workspaces/ensure-namespace.ts';
import { existingCluster } from '../workspaces/existing-cluster.ts';

/**
 * Step of adjust-placement: the workspace allows what either tier allows, so that nothing that the tenant does meanwhile is refused
 * for the change's sake. It carries the old tier's name until it is exactly as the new one says.
 */
export const handler = step({
  name: 'loosen-workspace',
  input: placedStepInput.extend({
    tier: z.string(),
    fromTier: z.string(),
    placement,
    cluster: z.object({ name: z.string(), accountId: z.string() }),
  }),
  output: z.object({ namespace: z.string() }),
  async run({ tenantId, generation, tier, fromTier, placement: { workspace }, cluster }) {
    const numbers = looserNumbers(findTier(fromTier).workspace, findTier(tier).workspace);
    const wanted = { tenantId, generation, tier: fromTier, numbers };
    const kubernetes = await existingCluster(cluster);
    if (workspace !== 'vcluster') return ensureNamespace({ kubernetes }, wanted);
    const { serviceCidr } = await describeHost(cluster.name, cluster.accountId);
    return ensureVcluster({ host: kubernetes }, { ...wanted, settings: installedVclusterSettings(), serviceCidr });
  },
});
