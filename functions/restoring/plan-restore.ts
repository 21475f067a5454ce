import { CatalogueError } from '../../tenancy/errors.ts';
import type { Place } from '../../tenancy/transfer/place.ts';
import { planTransfer, type TransferPlan } from '../../tenancy/transfer/plan.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { settings } from '../../tenancy/workspace/names.ts';
import type { TenantExport } from '../deprovisioning/write-export.ts';
import { awake } from './awake.ts';

/** Where the objects of an export go. */
export interface RestoreTarget {
  readonly tenantId: string;
  readonly place: Place;
}

/**
 * What restoring an export makes in the target: a transfer whose source is the export. Objects are as they were before the
 * tenant was suspended to be deprovisioned.
 * @throws ExportDamaged if the export holds no workspace.
 */
export function planRestore({ tenant, clusters }: TenantExport, { tenantId, place }: RestoreTarget): TransferPlan {
  const virtual = tenant.placement.workspace === 'vcluster';
  const objects = workspaceOf(clusters, virtual);
  return planTransfer(awake(objects, tenant.suspensionId), {
    source: virtual ? { kind: 'virtual-cluster', customApiGroups: [] } : namespaceOf(objects),
    target: place,
    tenantId: { from: tenant.tenantId, to: tenantId },
  });
}

/**
 * The place that the tenant lived in: that of a virtual cluster is listed beside its host namespace, and a placement that was kept
 * after a change of tier beside the current one.
 */
function workspaceOf(clusters: TenantExport['clusters'], virtual: boolean): readonly KubernetesObject[] {
  const ending = ', virtual cluster';
  const found = Object.entries(clusters).filter(
    ([where]) => where.endsWith(ending) === virtual && !where.includes(', placement '),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only[1];
  throw new CatalogueError('ExportDamaged', `The export holds ${found.length} workspaces of the tenant, not one.`);
}

/** The export of a namespace begins with the namespace itself. */
function namespaceOf(objects: readonly KubernetesObject[]): Place {
  const [namespace] = objects;
  if (namespace?.kind !== 'Namespace')
    throw new CatalogueError('ExportDamaged', 'The export of the namespace does not begin with the namespace.');
  const ingressDomain = namespace.metadata.annotations?.[settings.ingressDomain];
  return { kind: 'namespace', namespace: namespace.metadata.name, ...(ingressDomain && { ingressDomain }) };
}
