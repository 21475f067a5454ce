import { Command, InvalidArgumentError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { accounts, showAccount } from './commands/accounts.ts';
import { closeAccount } from './commands/accounts-close.ts';
import { resumeAccounts } from './commands/accounts-resume.ts';
import { registerAdvise } from './commands/advise.ts';
import { create } from './commands/create.ts';
import { env } from './commands/env.ts';
import { events } from './commands/events.ts';
import { kubeconfig, token } from './commands/kubeconfig.ts';
import { list } from './commands/list.ts';
import { registerPlan } from './commands/plan.ts';
import { registerLifecycle } from './commands/register-lifecycle.ts';
import { registerRestore } from './commands/restore.ts';
import { show } from './commands/show.ts';
import { DEFAULT_STATE, upCommand } from './commands/up.ts';
import { usage } from './commands/usage.ts';
import { watch } from './commands/watch.ts';
import { explain } from './explain.ts';
import { connect } from './installation.ts';
import { awsSettings } from './settings.ts';

const program = new Command('tenantry')
  .description(
    'Provisions tenants on AWS and Kubernetes. Talks to the local cloud unless the usual AWS variables say otherwise.',
  )
  .version(packageJson.version)
  .option('--json', 'print JSON', false);

const json = () => program.opts<{ json: boolean }>().json;
const installation = () => connect(awsSettings());

program
  .command('env')
  .description('print what points any AWS client at the local cloud: eval "$(npx tenantry env)"')
  .option('--port <port>', 'port of the local cloud', portNumber)
  .action((options: { port?: number }) =>
    env({ json: json(), ...(options.port !== undefined && { port: String(options.port) }) }),
  );

program
  .command('up')
  .description('start the local cloud with Tenantry deployed on it')
  .option('--port <port>', 'port on 127.0.0.1', portNumber, 4566)
  .option('--state <folder>', 'folder that keeps the state over restarts', DEFAULT_STATE)
  .option('--clock <kind>', 'real, jump (leap over waiting) or xN (N times as fast)', clockKind, 'jump')
  .option('--config <file>', 'tiers, clusters and accounts (default: tenantry.config.json of the project)')
  .option(
    '--kubeconfig <file>',
    'a cluster of your own (kind, k3s, EKS) in place of local control planes; see docs/local-cloud.md',
  )
  .addOption(
    new Option(
      '--control-planes <n>',
      'how many clusters run at once (default: as many as fit in half of the free memory)',
    )
      .argParser(positive)
      .conflicts('kubeconfig'),
  )
  .addOption(
    new Option('--pause-after <minutes>', 'pause a cluster after so long without a connection (default: 5; 0: never)')
      .argParser(minutes)
      .conflicts('kubeconfig'),
  )
  .option('--samples', 'onboard three sample tenants and print a summary', false)
  .option('--once', 'end after the summary', false)
  .option('--fresh', 'remove the state first', false)
  .action(async (options) => {
    // Whatever a stopped service left open must not keep the process: everything that matters is stopped by now.
    process.exit(await upCommand(options));
  });

program
  .command('create <tenant>')
  .description('emit TenantCreated, as a product backend does')
  .requiredOption('--tier <tier>', 'tier of the configuration, such as basic')
  .option('--source <source>', 'EventBridge source', 'saas.cli')
  .option('--display-name <name>', 'name of the customer')
  .option('--contact-email <address>', 'who is told about budgets')
  .option('--wait', 'wait until the tenant is ready or has failed', false)
  .action(async (tenant: string, options) => create(await installation(), tenant, { ...options, json: json() }));

program
  .command('list')
  .description('all tenants')
  .action(async () => list(await installation(), json()));

program
  .command('show <tenant>')
  .description('state, placement, ledger and steps of a tenant')
  .action(async (tenant: string) => show(await installation(), tenant, json()));

program
  .command('usage <tenant>')
  .description('what was measured of a tenant, and what the rules of automatic tier changes made of it')
  .option('--periods <n>', 'so many of each meter', positive, 24)
  .action(async (tenant: string, options: { periods: number }) =>
    usage(await installation(), tenant, { ...options, json: json() }),
  );

program
  .command('watch [tenant]')
  .description('print each step as it ends')
  .action(async (tenant: string | undefined) => watch(await installation(), tenant, json()));

program
  .command('events')
  .description('print what travels on the bus from now on')
  .option('--count <n>', 'end after that many events', positive)
  .action(async (options: { count?: number }) => events(await installation(), { ...options, json: json() }));

program
  .command('kubeconfig <tenant>')
  .description("a kubeconfig with the tenant's own identity")
  .action(async (tenant: string) => kubeconfig(await installation(), tenant));

program
  .command('token <tenant>')
  .description('an ExecCredential for kubectl, as the tenant')
  .action(async (tenant: string) => token(await installation(), tenant));

const accountsCommand = program
  .command('accounts')
  .description('AWS accounts of tenants: all of them, the pool, who waits to create or close')
  .action(async () => accounts(await installation(), json()));

accountsCommand
  .command('show <account>')
  .description('all that is known of an account, by its id or name')
  .action(async (account: string) => showAccount(await installation(), account, json()));

accountsCommand
  .command('resume')
  .description('go on creating accounts, after what paused it was put right')
  .action(async () => resumeAccounts(await installation(), json()));

accountsCommand
  .command('close <account>')
  .description('close an account of the pool or in quarantine for good; only says what would happen')
  .option('--confirm', 'really close it, and wait for the end', false)
  .action(async (account: string, options: { confirm: boolean }) =>
    closeAccount(await installation(), account, { confirm: options.confirm, json: json() }),
  );

registerLifecycle(program, installation, json);
registerRestore(program, installation, json);
registerPlan(program, installation, json);
registerAdvise(program, json);

for (const command of [...program.commands, ...accountsCommand.commands]) command.option('--json', 'print JSON');
program.hook('preAction', (_program, command) => {
  for (let asked: Command | null = command; asked; asked = asked.parent)
    if (asked.opts<{ json?: boolean }>().json) program.setOptionValue('json', true);
});

try {
  await program.parseAsync();
} catch (error) {
  console.error(`tenantry: ${explain(error)}`);
  process.exitCode = 1;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('not a port number (0 to 65535)');
  return port;
}

function positive(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('not a positive whole number');
  return count;
}

function minutes(text: string): number {
  const amount = Number(text);
  if (!(amount >= 0)) throw new InvalidArgumentError('not a number of minutes (0 for never)');
  return amount;
}

function clockKind(text: string): 'real' | 'jump' | number {
  if (text === 'real' || text === 'jump') return text;
  const factor = Number(text.match(/^x(\d+(?:\.\d+)?)$/)?.[1]);
  if (!(factor > 0)) throw new InvalidArgumentError('not one of real, jump, xN (such as x60)');
  return factor;
}
