import type { Command } from 'commander';
import { z } from 'zod';
import { tenantId as tenantIdSchema } from '../../events/tenant-id.ts';
import { getTenant } from '../../functions/operations/tenant-registry.ts';
import { exportBucketName } from '../../tenancy/deprovisioning.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { type ExportManifest, exportManifest } from '../../tenancy/transfer/export-manifest.ts';
import type { Installation } from '../installation.ts';
import { invoke, StepError } from '../invoke.ts';
import { print } from '../output.ts';
import { emitCreated, outcome } from './create.ts';

export interface RestoreOptions {
  /** The tenant to restore into; the one that was exported if left out. */
  readonly tenant?: string;
  readonly tier?: string;
  readonly source?: string;
  readonly json: boolean;
}

/** Invocations of five minutes each that a restore may take. */
const INVOCATIONS = 24;

const restored = z.object({
  objects: z.int(),
  written: z.int(),
  kinds: z.record(z.string(), z.int()),
  left: z.record(z.string(), z.int()),
  findings: z.array(z.object({ object: z.string(), what: z.string() })),
});
type Restored = z.infer<typeof restored>;

/**
 * `tenantry restore <export> --tenant <id>`: makes the tenant anew, unless it is there, and gives it the objects of the export. The
 * functions read the bucket and write to the cluster: neither secrets nor rights on either pass through this shell. Run again, it
 * goes on where it was.
 */
export async function restore(installation: Installation, place: string, options: RestoreOptions): Promise<void> {
  const key = keyOf(installation, place);
  const manifest = exportManifest.parse(await invoke(installation, 'describe-export', { key }));
  const tenantId = checkedId(options.tenant ?? manifest.tenantId);
  const owner = options.source ?? manifest.owner;
  await ensureReady(installation, { tenantId, owner }, manifest, options);
  const result = await restoreWorkspace(installation, { tenantId, owner, key });
  print(options.json, { tenantId, export: manifest.export, ...result }, () => report(tenantId, result));
}

/** Registers the command. */
export function registerRestore(
  program: Command,
  installation: () => Promise<Installation>,
  json: () => boolean,
): void {
  program
    .command('restore <export>')
    .description('make a deprovisioned tenant anew from its export (a key of the bucket, or s3://bucket/key)')
    .option('--tenant <id>', 'restore into another tenant id')
    .option('--tier <tier>', 'with another tier')
    .option('--source <source>', 'EventBridge source that owns it; that of the exported one if left out')
    .action(async (place: string, options: Omit<RestoreOptions, 'json'>) =>
      restore(await installation(), place, { ...options, json: json() }),
    );
}

/** Throws an Error for another bucket than the installation's: its functions can read no other. */
function keyOf({ accountId, settings }: Installation, place: string): string {
  const [, bucket, key] = place.match(/^s3:\/\/([^/]+)\/(.+)$/) ?? [];
  if (bucket === undefined || key === undefined) return place;
  const own = exportBucketName('tenantry', accountId, settings.region);
  if (bucket === own) return key;
  throw new Error(`${place} is not in ${own}: exports of other installations cannot be restored by this one.`);
}

function checkedId(tenantId: string): string {
  const checked = tenantIdSchema.safeParse(tenantId);
  if (checked.success) return tenantId;
  throw new Error(
    `"${tenantId}" is not a tenant id: ${checked.error.issues.map(({ message }) => message).join('; ')}.`,
  );
}

/** The tenant to restore into, and the EventBridge source that is to own it. */
interface Wanted {
  readonly tenantId: string;
  readonly owner: string;
}

/** Onboards the tenant if there is none. Throws an Error that says what to do if there is one that cannot be restored into. */
async function ensureReady(
  installation: Installation,
  { tenantId, owner }: Wanted,
  { owner: exportOwner, tier, displayName, contactEmail }: ExportManifest,
  options: RestoreOptions,
): Promise<void> {
  const existing = await getTenant(installation.table, tenantId);
  if (existing && existing.owner !== owner) throw notOwned(existing, owner, exportOwner);
  if (existing?.state === 'READY') return;
  expectCreatable(existing, tenantId);
  const id = await emitCreated(installation, tenantId, {
    tier: options.tier ?? tier,
    source: owner,
    ...(displayName && { displayName }),
    ...(contactEmail && { contactEmail }),
  });
  const { state, failure } = await outcome(installation, tenantId, id);
  if (state === 'READY') return;
  throw new Error(`${tenantId} is ${state}: ${failure?.step}: ${failure?.error}: ${failure?.message}`);
}

function notOwned({ tenantId, owner }: Tenant, wanted: string, exportOwner: string): Error {
  if (wanted !== exportOwner)
    return new Error(
      `The tenant "${tenantId}" belongs to ${owner}, not to ${wanted}. Restore into another one: --tenant <id>.`,
    );
  return new Error(
    `The tenant "${tenantId}" belongs to ${owner}, the export to ${exportOwner}. Restore into another one (--tenant <id>), or say that ${owner} may have all that is in the export: --source ${owner}.`,
  );
}

function expectCreatable(existing: Tenant | undefined, tenantId: string): void {
  const { state, tombstoneUntil = '' } = existing ?? { state: undefined };
  if (state === undefined || state === 'ONBOARDING_FAILED') return;
  if (state !== 'DEPROVISIONED')
    throw new Error(
      `The tenant "${tenantId}" is ${state}. "tenantry show ${tenantId}" tells more; restore when it is READY.`,
    );
  if (tombstoneUntil <= new Date().toISOString()) return;
  throw new Error(
    `The id "${tenantId}" cannot be used again before ${tombstoneUntil}. Restore into another one: --tenant <id>.`,
  );
}

async function restoreWorkspace(
  installation: Installation,
  input: Wanted & { readonly key: string },
): Promise<Restored> {
  for (let invocation = 1; ; invocation++) {
    try {
      return restored.parse(await invoke(installation, 'restore-workspace', input));
    } catch (error) {
      const goesOn = error instanceof StepError && (error.errorType === 'StillCreating' || isTimeout(error));
      if (!goesOn || invocation === INVOCATIONS) throw error;
    }
  }
}

function isTimeout({ errorType }: StepError): boolean {
  return errorType === 'Sandbox.Timedout';
}

function report(tenantId: string, { objects, kinds, findings }: Restored): string {
  const counted = Object.entries(kinds).map(([kind, count]) => `  ${count} ${kind}`);
  const looks = findings.map(({ object, what }) => `  ${object}: ${what}`);
  return [
    `${tenantId} has all ${objects} objects of the export:`,
    ...counted,
    ...(looks.length > 0 ? ['Look at:', ...looks] : []),
  ].join('\n');
}
