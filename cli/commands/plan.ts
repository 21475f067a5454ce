import type { Command } from 'commander';
import { type TierChangePlan, tierChangePlan } from '../../tenancy/tier-changes/plan.ts';
import type { Installation } from '../installation.ts';
import { invoke } from '../invoke.ts';
import { print } from '../output.ts';
import { requireTenant } from '../tenants.ts';
import { planText } from './plan-text.ts';

/** Adds `tenantry plan` to the program. It touches nothing. */
export function registerPlan(program: Command, installation: () => Promise<Installation>, json: () => boolean): void {
  program
    .command('plan <tenant>')
    .description('what a change of tier would do: what is in its way, steps, resources, time, price; touches nothing')
    .requiredOption('--tier <tier>', 'tier of the configuration, such as standard')
    .action(async (tenant: string, { tier }: { tier: string }) =>
      plan(await installation(), tenant, { tier, json: json() }),
    );
}

/**
 * `tenantry plan <id> --tier X`: the exit code is 1 when something is in the way. Throws an Error that names the cause when the
 * plan cannot be made: an unknown tenant or tier, a tenant that is not READY, a cluster that does not answer.
 */
export async function plan(
  installation: Installation,
  tenantId: string,
  { tier, json }: { tier: string; json: boolean },
): Promise<void> {
  await requireTenant(installation, tenantId);
  const made = await ask(installation, { tenantId, tier });
  print(json, made, () => planText(made));
  if (made.obstacles.length > 0) process.exitCode = 1;
}

/** By the function that has the rights to look: everything that the change itself would check. */
async function ask(installation: Installation, input: { tenantId: string; tier: string }): Promise<TierChangePlan> {
  return tierChangePlan.parse(await invoke(installation, 'plan-tier-change', input));
}
