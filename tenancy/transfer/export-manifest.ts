import { z } from 'zod';
import { exportFacts } from '../../events/tenant-deprovisioned.ts';

/**
 * What lies beside an export and says what is in it: by it an export is found, described and checked without the event that announced
 * it. Holds no object.
 */
export const exportManifest = z.object({
  format: z.literal('tenantry.export-manifest.v1'),
  exportedAt: z.iso.datetime({ offset: true }),
  tenantId: z.string(),
  /** EventBridge source of the product that owned it. */
  owner: z.string(),
  tier: z.string(),
  displayName: z.string().optional(),
  contactEmail: z.string().optional(),
  /** The version that was read back, and its SHA-256. */
  export: exportFacts,
});

export type ExportManifest = z.infer<typeof exportManifest>;

/** `tenants/acme/<operation>/manifest.json` beside `tenants/acme/<operation>/workspace.json.gz`. */
export function manifestKey(exportKey: string): string {
  return exportKey.replace(/[^/]*$/, 'manifest.json');
}
