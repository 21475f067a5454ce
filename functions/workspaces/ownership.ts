import { CatalogueError } from '../../tenancy/errors.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { managedBy, managedByLabel, tenantLabel } from '../../tenancy/workspace/names.ts';

/**
 * The object was made by this product for this tenant.
 * @throws ResourceNotOwned otherwise, saying whose it seems to be.
 */
export function expectOurs({ kind, metadata }: KubernetesObject, tenantId: string): void {
  const manager = metadata.labels?.[managedByLabel];
  const tenant = metadata.labels?.[tenantLabel];
  if (manager === managedBy && tenant === tenantId) return;
  throw new CatalogueError(
    'ResourceNotOwned',
    `${kind} ${metadata.name} exists and is not tenant ${tenantId}'s: ` +
      `${managedByLabel}=${manager ?? '(none)'}, ${tenantLabel}=${tenant ?? '(none)'}. ` +
      'Rename or remove it, or label it if it is to be taken over.',
  );
}
