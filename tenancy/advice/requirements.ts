import { z } from 'zod';
import { REGIMES } from './figures.ts';

const amount = z.number().min(0).max(1e6);

/** What a tenant uses in a month, as far as it is paid for. */
export const workload = z.strictObject({
  cpuCores: amount.default(0.5).describe('Cores that its pods request, on average.'),
  memoryGiB: amount.default(1).describe('GiB that its pods request, on average.'),
  storageGiB: amount.default(10).describe('GiB of volumes.'),
  internetGB: amount.default(10).describe('GB a month that leave through the NAT gateway.'),
  logsGB: amount.default(2).describe('GB of logs a month.'),
});

export type Workload = z.infer<typeof workload>;

/** What the tenants of a tier, or of the whole product, need. Everything has a default. */
export const requirements = z.strictObject({
  compliance: z.array(z.enum(REGIMES)).default([]).describe('Regimes that the tenants are under.'),
  monthlyBudgetUsd: z.number().positive().default(100).describe('What a tenant may cost a month, in US dollars.'),
  noisyNeighbours: z
    .enum(['any', 'some', 'none'])
    .default('some')
    .describe("How much of the neighbours' load a tenant may notice: any, some (briefly), none."),
  workloads: z
    .enum(['ours', 'images', 'untrusted'])
    .default('ours')
    .describe("Whose code runs: ours, tenants' images, or code that nobody vetted (untrusted)."),
  tenants: z.int().min(1).max(1e6).default(20).describe('Tenants today.'),
  tenantsInAYear: z
    .int()
    .min(1)
    .max(1e6)
    .default(100)
    .describe('Tenants in a year; prices and limits are those of then.'),
  teamSize: z.number().positive().max(1000).default(3).describe('Engineers who run the platform.'),
  dataResidency: z
    .enum(['any', 'region', 'enforced'])
    .default('any')
    .describe('any; region: in its region; enforced: a policy must make other regions impossible for this tenant.'),
  regions: z.int().min(1).max(40).default(1).describe('Regions that tenants are spread over.'),
  ownAccount: z.boolean().default(false).describe('Contracts promise an AWS account of its own.'),
  ownCustomResources: z
    .boolean()
    .default(false)
    .describe('Tenants bring CRDs or other cluster-scoped objects (operators, webhooks).'),
  ownNodes: z.boolean().default(false).describe('Tenants need DaemonSets, privileged pods or nodes of their own.'),
  identitiesPerTenant: z
    .int()
    .min(1)
    .max(10_000)
    .default(1)
    .describe('IAM roles per tenant that call the Kubernetes API: an access entry each.'),
  tenantsLeavingPerMonth: z.int().min(0).max(1e5).default(0).describe('Tenants that end in a month.'),
  accountLimit: z
    .int()
    .min(1)
    .max(50_000)
    .optional()
    .describe('Accounts that AWS has granted the organization; left out: as many as can be granted.'),
  clustersPerRegion: z.int().min(1).max(1_000).default(100).describe('Granted quota of EKS clusters per region.'),
  tenantsPerSharedCluster: z.int().min(1).max(10_000).default(500).describe('Tenants that a shared cluster takes.'),
  interfaceEndpoints: z
    .int()
    .min(0)
    .max(50)
    .default(0)
    .describe('VPC interface endpoints that each network needs, such as 4 to do without the internet.'),
  workload: workload.prefault({}),
});

export type Requirements = z.infer<typeof requirements>;

/** Requirements of a file: those of all tiers, and per tier what differs. */
export const requirementsFile = requirements.extend({
  tiers: z
    .record(z.string(), requirements.partial())
    .default({})
    .describe('Tier -> the members that differ for its tenants.'),
});

/** A file of requirements as it is written, without defaults: they must not hide what a tier inherits. */
export type RequirementsFile = z.input<typeof requirementsFile>;

/** The requirements that hold for a tier. */
export function requirementsOf(file: RequirementsFile, tier: string): Requirements {
  const { tiers = {}, ...all } = file;
  const own = tiers[tier] ?? {};
  return requirements.parse({ ...all, ...own, workload: { ...all.workload, ...own.workload } });
}

/** Parses a file of requirements. Throws an Error with one line per mistake: path, what is wrong. */
export function parseRequirements(value: unknown, origin: string): RequirementsFile {
  const result = requirementsFile.safeParse(value);
  if (result.success) return value as RequirementsFile;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.') || '(whole file)'}: ${issue.message}`);
  throw new Error(`${origin} does not hold requirements:\n${lines.join('\n')}`);
}
