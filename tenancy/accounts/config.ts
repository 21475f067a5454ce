import { z } from 'zod';
import { accountAddress } from './address.ts';

const contact = z.strictObject({
  name: z.string().min(1).max(64),
  title: z.string().min(1).max(50),
  emailAddress: z.email().max(254),
  phoneNumber: z.string().regex(/^[\s0-9()+-]{1,25}$/, 'digits, spaces and ()+- only, at most 25'),
});

/** The longest name and alias that can occur, to check the pattern with. */
const LONGEST = { accountName: 'x'.repeat(30), tenantId: 'x'.repeat(32), alias: 98 };

/** How accounts of tenants are vended, kept and given back. */
export const accountsConfig = z.strictObject({
  /** The management account of the organization; the broker's stack is deployed there. */
  managementAccountId: z.string().regex(/^\d{12}$/),
  /** Address of each account's root user: `{account}` is the account's unique name, `{tenant}` the tenant's id (shortened where it must be). */
  emailPattern: z.string().superRefine((pattern, context) => {
    if (!pattern.includes('{account}')) context.addIssue('must contain {account}, which makes addresses unique');
    try {
      accountAddress(pattern, LONGEST);
    } catch (error) {
      context.addIssue(`cannot hold the longest account name: ${error instanceof Error ? error.message : error}`);
    }
  }),
  /** Regions that tenants may use; everything else is denied, and opt-in regions among them are enabled. The first is the home region. */
  regions: z.array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/)).min(1),
  /** Prepared accounts that wait for tenants. 0 makes each when it is asked for. */
  pool: z.strictObject({ size: z.int().min(0).max(500) }),
  /** Contacts that AWS writes to beside the root user. */
  alternateContacts: z
    .strictObject({ OPERATIONS: contact.optional(), BILLING: contact.optional(), SECURITY: contact.optional() })
    .default({}),
  /** Quotas without which an account is not ready; higher ones are asked for. */
  minimumQuotas: z
    .array(z.strictObject({ serviceCode: z.string(), quotaCode: z.string(), value: z.number().positive() }))
    .default([]),
  /** Hours that each check of readiness may take before the vending fails by name. */
  readinessHours: z.number().positive().default(24),
  cleaning: z
    .strictObject({
      /** Scans in a row that must find nothing. */
      cleanScans: z.int().min(1).max(10).default(3),
      /** Scans that may find something before the account is quarantined. */
      dirtyScans: z.int().min(1).max(200).default(40),
    })
    .prefault({}),
  /** Where the networks of tenants with clusters of their own are cut from, without overlaps. */
  networks: z
    .strictObject({ cidr: z.cidrv4().default('10.64.0.0/10'), prefixLength: z.int().min(16).max(24).default(20) })
    .prefault({}),
});

export type AccountsConfig = z.infer<typeof accountsConfig>;
