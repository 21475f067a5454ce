import { z } from 'zod';

/**
 * An application plane for a control plane of the SaaS Builder Toolkit (SBT): what its EventManager was made with, and how its
 * tenants become Tenantry's. https://github.com/awslabs/sbt-aws
 */
export const sbtConfig = z.strictObject({
  /** Name or ARN of SBT's event bus, in this account and region. Default: Tenantry's own bus, which SBT was given. */
  eventBus: z
    .string()
    .regex(
      /^(arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[A-Za-z0-9._-]{1,256}$/,
      'must be the name or the ARN of an event bus',
    )
    .optional(),
  /** Source of the events that SBT's requests become; it owns the tenants, and `acceptedSources` must accept it. */
  source: z.string().min(1).max(128).default('saas.sbt'),
  /** `controlPlaneEventSource` of SBT's EventManager. */
  controlPlaneSource: z.string().min(1).default('sbt.control.plane'),
  /** `applicationPlaneEventSource` of SBT's EventManager. */
  applicationPlaneSource: z.string().min(1).default('sbt.application.plane'),
  /** What SBT puts before the names of its events; earlier versions of it put nothing. */
  detailTypePrefix: z.string().max(32).default('sbt_aws_'),
  /** Members of a registration, which SBT leaves to its users. */
  fields: z
    .strictObject({
      tenantName: z.string().min(1).default('tenantName'),
      email: z.string().min(1).default('email'),
      tier: z.string().min(1).default('tier'),
    })
    .prefault({}),
  /** Tier of SBT -> tier of this configuration. One that is not named here goes by its own name in lower case. */
  tiers: z.record(z.string().min(1), z.string().min(1)).default({}),
  /** Tier of a registration that names none. Without it, such a registration fails. */
  defaultTier: z.string().min(1).optional(),
  /** Members of a registration that provisionSuccess gives back, for SBT's other consumers, such as billing. */
  echo: z.array(z.string().min(1)).max(20).default(['tenantName', 'email', 'prices']),
  /** Whether an offboarding takes effect without the tier's grace period: nothing can be taken back then. */
  immediateDeletion: z.boolean().default(false),
});

export type SbtConfig = z.infer<typeof sbtConfig>;

/** How Tenantry works together with other products. */
export const interoperabilityConfig = z.strictObject({
  /** Tenantry as the application plane of an SBT control plane. */
  sbt: sbtConfig.optional(),
});

/** What is wrong with it in the light of the rest of the configuration. */
export function sbtMistakes(
  sbt: SbtConfig,
  { acceptedSources, tiers }: { acceptedSources: readonly string[]; tiers: Readonly<Record<string, unknown>> },
): { path: string[]; message: string }[] {
  const meant = [
    ...Object.entries(sbt.tiers).map(([theirs, ours]) => ({ path: ['tiers', theirs], ours })),
    ...(sbt.defaultTier === undefined ? [] : [{ path: ['defaultTier'], ours: sbt.defaultTier }]),
  ];
  return [
    ...(acceptedSources.some((accepted) => sbt.source.startsWith(accepted))
      ? []
      : [{ path: ['source'], message: `is accepted by none of acceptedSources: ${acceptedSources.join(', ')}` }]),
    ...meant
      .filter(({ ours }) => !Object.hasOwn(tiers, ours))
      .map(({ path, ours }) => ({ path, message: `there is no tier "${ours}"` })),
  ];
}
