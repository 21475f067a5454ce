import { z } from 'zod';

/** Days between the request of a deletion and its beginning, where the tier does not say. */
export const DEFAULT_GRACE_DAYS = 30;

/** An execution of Step Functions lives a year at most, and the release needs its part of it. */
export const graceDays = z.int().min(0).max(330);

/** Days for which the id of a deprovisioned tenant cannot be used again. */
export const DEFAULT_TOMBSTONE_DAYS = 90;
export const tombstoneDays = z.int().min(0).max(3650);

/** How tenants are exported before they are released. */
export const exportConfig = z.strictObject({
  /** Days for which nobody can delete or overwrite an export, its owner included. */
  retentionDays: z.int().min(1).max(36_500).default(90),
  /** Whether the product is asked for its own data of the tenant, and for how long its answer is waited for. */
  product: z.strictObject({ answerWithinHours: z.int().min(1).max(720) }).optional(),
});

export type ExportConfig = z.infer<typeof exportConfig>;

const DAY_MILLISECONDS = 86_400_000;

/** The moment so many days after another, both in ISO 8601. */
export function daysAfter(moment: string, days: number): string {
  return new Date(Date.parse(moment) + days * DAY_MILLISECONDS).toISOString();
}

/** `tenantry-exports-111111111111-us-east-1`: bucket names are unique over all of AWS. */
export function exportBucketName(prefix: string, accountId: string, region: string): string {
  return `${prefix}-exports-${accountId}-${region}`;
}

/** Where the export of a deprovisioning is in the bucket. */
export function exportKey(tenantId: string, operationId: string): string {
  return `tenants/${tenantId}/${operationId}/workspace.json.gz`;
}
