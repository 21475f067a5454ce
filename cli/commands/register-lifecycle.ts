import type { Command } from 'commander';
import type { Installation } from '../installation.ts';
import { cancelDeletion, changeTier, deleteTenant, resume, suspend, takeBack } from './lifecycle.ts';
import { protect } from './protect.ts';

/** The commands of a tenant's life after onboarding. */
export function registerLifecycle(
  program: Command,
  installation: () => Promise<Installation>,
  json: () => boolean,
): void {
  program
    .command('suspend <tenant>')
    .description('take access and workloads away, keep the data')
    .option('--reason <text>', 'for people; TenantSuspended repeats it')
    .action(async (tenant: string, options: { reason?: string }) =>
      suspend(await installation(), tenant, { ...options, json: json() }),
    );
  program
    .command('resume <tenant>')
    .description('make everything what it was before the suspension')
    .action(async (tenant: string) => resume(await installation(), tenant, json()));
  program
    .command('change-tier <tenant>')
    .description('move to another tier; "tenantry plan" shows beforehand what that takes')
    .requiredOption('--tier <tier>', 'a tier of the configuration; the one it has applies what that says today')
    .option('--reason <text>', 'for people')
    .action(async (tenant: string, options: { tier: string; reason?: string }) =>
      changeTier(await installation(), tenant, { ...options, json: json() }),
    );
  program
    .command('take-back <tenant>')
    .description('back to the placement that the last change of tier left, while it is kept')
    .action(async (tenant: string) => takeBack(await installation(), tenant, json()));
  program
    .command('delete <tenant>')
    .description('suspend, and export and release after the grace period of the tier')
    .option('--now', 'without a grace period: nothing can be taken back', false)
    .option('--reason <text>', 'for people')
    .action(async (tenant: string, options: { now: boolean; reason?: string }) =>
      deleteTenant(await installation(), tenant, { ...options, json: json() }),
    );
  program
    .command('cancel-deletion <tenant>')
    .description('take a deletion back that is pending')
    .action(async (tenant: string) => cancelDeletion(await installation(), tenant, json()));
  for (const [name, wanted] of [
    ['protect', true],
    ['unprotect', false],
  ] as const)
    program
      .command(`${name} <tenant>`)
      .description(wanted ? 'refuse deletions of the tenant' : 'allow deletions of the tenant')
      .action(async (tenant: string) => protect(await installation(), tenant, { wanted, json: json() }));
}
