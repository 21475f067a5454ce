import { z } from 'zod';

/** Longest tenant id. With the prefixes that names get (`tenant-`, `tenantry-foundation-`) it fits every limit below. */
export const TENANT_ID_MAX_LENGTH = 32;

/** Ids that would read as a part of the platform itself. */
export const RESERVED_TENANT_IDS: readonly string[] = [
  'admin',
  'default',
  'kube',
  'root',
  'shared',
  'system',
  'tenantry',
];

const SLUG = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*$/;

/**
 * The one place that says what a tenant id is: a slug of 3 to 32 lower-case letters, digits and single hyphens that
 * starts with a letter and does not end with a hyphen. So it is, as it stands and behind a prefix,
 * - a DNS label (RFC 1123, 63): https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 * - part of an IAM role name (64): https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 * - part of an account name (50) and of a tag value (256).
 */
export const tenantId = z
  .string()
  .min(3)
  .max(TENANT_ID_MAX_LENGTH)
  .regex(SLUG, 'must be lower-case letters, digits and single hyphens, begin with a letter and not end with a hyphen')
  .refine((id) => !RESERVED_TENANT_IDS.includes(id), 'is a reserved name')
  .describe('Slug of the tenant: 3 to 32 lower-case letters, digits and single hyphens, beginning with a letter.');
