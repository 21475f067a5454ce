import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { exampleMetadata, exampleOperation, operationFacts } from './operation-facts.ts';

/** Where a tenant's export is, and how it was verified. */
export const exportFacts = z.object({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string().describe('The version that was read back.'),
  sha256: z
    .string()
    .describe('SHA-256 of the object, in hexadecimal: computed before it was written and again from what was read.'),
  bytes: z.int().positive(),
  objects: z.int().min(0).describe('Kubernetes objects in it.'),
});

/** What the sweep looked at. */
export const sweepProof = z.object({
  checkedAt: z.iso.datetime({ offset: true }),
  absent: z.array(z.string()).min(1).describe('What was looked for in each system, and is not there.'),
});

/** The tenant is gone, and that was checked. */
export const tenantDeprovisioned = defineEvent({
  name: 'TenantDeprovisioned',
  version: 1,
  direction: 'out',
  description: 'The tenant is gone: what was removed, what is kept, and how it was checked.',
  data: z.object({
    ...operationFacts,
    removed: z.array(z.string()).describe('Entries of the ledger, as kind and name.'),
    kept: z.object({
      export: exportFacts,
      productExport: z.string().optional().describe('What the product answered when asked for its data.'),
      record: z.string().describe('What the registry keeps.'),
    }),
    proof: sweepProof,
    tombstoneUntil: z.iso.datetime({ offset: true }).describe('When the id can be used again.'),
  }),
  example: {
    metadata: exampleMetadata('e7c9a1d2-4b3f-5c6e-8a70-1f2e3d4c5b6a'),
    data: {
      ...exampleOperation('deprovision-tenant'),
      removed: ['workspace tenant-acme', 'cluster-access shared-1', 'foundation tenantry-foundation-acme'],
      kept: {
        export: {
          bucket: 'tenantry-exports-111111111111-us-east-1',
          key: 'tenants/acme/0193301a-2c4e-7d11-8a60-3f6d7c1b9e55/workspace.json.gz',
          versionId: '3sL4kqtJlcpXroDTDmJ',
          sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
          bytes: 18_432,
          objects: 61,
        },
        record: 'the record of the tenant and its ledger',
      },
      proof: {
        checkedAt: '2026-12-22T10:21:00.000Z',
        absent: ['namespace tenant-acme in shared-1', 'stack tenantry-foundation-acme', 'role tenantry-tenant-acme'],
      },
      tombstoneUntil: '2027-03-22T10:21:00.000Z',
    },
  },
});
