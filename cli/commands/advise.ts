import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { advise } from '../../tenancy/advice/advise.ts';
import { assessTiers } from '../../tenancy/advice/assess-tiers.ts';
import { figures, REGIMES } from '../../tenancy/advice/figures.ts';
import { parseRequirements, type RequirementsFile, requirementsOf } from '../../tenancy/advice/requirements.ts';
import { parseConfig } from '../../tenancy/config.ts';
import { print } from '../output.ts';
import { projectRoot } from '../project.ts';
import { adviceText } from './advise-text.ts';

/** Options of the command line; each takes the place of the file's member. */
export interface AdviseOptions {
  compliance?: string[];
  budget?: number;
  noisyNeighbours?: string;
  workloads?: string;
  tenants?: number;
  tenantsInAYear?: number;
  team?: number;
  residency?: string;
  regions?: number;
  ownAccount?: boolean;
  ownCrds?: boolean;
  ownNodes?: boolean;
  config?: string;
}

/** Adds `tenantry advise` to the program. It reads files only and asks nothing of AWS. */
export function registerAdvise(program: Command, json: () => boolean): void {
  program
    .command('advise [requirements]')
    .description('rank the six placements for your requirements (options, or a JSON file), with reasons and prices')
    .option('--compliance <regimes>', `separated by commas: ${REGIMES.join(', ')}`, (text) => text.split(','))
    .option('--budget <usd>', 'US dollars a tenant may cost a month', amount)
    .addOption(
      new Option('--noisy-neighbours <tolerance>', 'what a tenant may notice').choices(['any', 'some', 'none']),
    )
    .addOption(new Option('--workloads <whose>', 'whose code runs').choices(['ours', 'images', 'untrusted']))
    .option('--tenants <n>', 'tenants today', amount)
    .option('--tenants-in-a-year <n>', 'tenants in a year', amount)
    .option('--team <n>', 'engineers who run the platform', amount)
    .addOption(new Option('--residency <kind>', 'where data must stay').choices(['any', 'region', 'enforced']))
    .option('--regions <n>', 'regions that tenants are spread over', amount)
    .option('--own-account', 'contracts promise an AWS account each')
    .option('--own-crds', 'tenants bring CRDs or other cluster-scoped objects')
    .option('--own-nodes', 'tenants need DaemonSets, privileged pods or nodes of their own')
    .option('--config <file>', 'configuration whose tiers are judged (default: tenantry.config.json of the project)')
    .action((file: string | undefined, options: AdviseOptions) => adviseCommand(file, options, json()));
}

/** `tenantry advise`: throws an Error that names the file, the cause and the remedy when an input is wrong. */
export function adviseCommand(file: string | undefined, options: AdviseOptions, json: boolean): void {
  const fromFile = file === undefined ? {} : parseRequirements(readJson(file), file);
  const needs = parseRequirements({ ...fromFile, ...membersOf(options, fromFile) }, 'The command line');
  const configFile = options.config ?? join(projectRoot, 'tenantry.config.json');
  const config = parseConfig(readJson(configFile), configFile);
  const unknown = Object.keys(needs.tiers ?? {}).find((tier) => !Object.hasOwn(config.tiers, tier));
  if (unknown !== undefined)
    throw new Error(
      `${file} has requirements of the tier "${unknown}", which ${configFile} does not define (it has ${Object.keys(config.tiers).join(', ')}).`,
    );
  const requirements = requirementsOf({ ...needs, tiers: {} }, '');
  const advice = advise(requirements);
  const tiers = assessTiers(config, needs);
  print(json, { requirements, ...advice, tiers }, () => adviceText(requirements, advice, tiers, figures));
}

function membersOf(options: AdviseOptions, file: RequirementsFile): RequirementsFile {
  const members = {
    compliance: options.compliance,
    monthlyBudgetUsd: options.budget,
    noisyNeighbours: options.noisyNeighbours,
    workloads: options.workloads,
    tenants: options.tenants,
    tenantsInAYear: options.tenantsInAYear ?? growth(options.tenants, file),
    teamSize: options.team,
    dataResidency: options.residency,
    regions: options.regions,
    ownAccount: options.ownAccount,
    ownCustomResources: options.ownCrds,
    ownNodes: options.ownNodes,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as RequirementsFile;
}

/** Whoever names the tenants of today only is asked for no growth: as many in a year. */
function growth(tenants: number | undefined, { tenantsInAYear }: RequirementsFile): number | undefined {
  return tenantsInAYear === undefined ? tenants : undefined;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot read ${path} as JSON (${cause}). Give a file such as the one in docs/advisor.md.`);
  }
}

function amount(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0)) throw new InvalidArgumentError('not a number');
  return number;
}
