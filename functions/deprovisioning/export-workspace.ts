import { S3Client } from '@aws-sdk/client-s3';
import { exportFacts } from '../../events/tenant-deprovisioned.ts';
import { exportKey } from '../../tenancy/deprovisioning.ts';
import type { Placed } from '../../tenancy/names.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { exportClusterRole } from '../../tenancy/workspace/life-access.ts';
import { namespaceName } from '../../tenancy/workspace/names.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { platformClient } from '../kubernetes/cluster-clients.ts';
import { readLedger } from '../operations/ledger-store.ts';
import { expectCurrent } from '../operations/tenant-registry.ts';
import { environment, once } from '../runtime/environment.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { takeRights, type Wait } from '../suspension/own-rights.ts';
import { resumeNamespace } from '../suspension/resume-namespace.ts';
import { workplaces } from '../suspension/tenant-access.ts';
import { unlessGone } from '../suspension/unless-gone.ts';
import { inside } from '../suspension/virtual-cluster.ts';
import { listClusterWide } from '../transfer/list-tenant-objects.ts';
import { installedVclusterSettings } from '../vclusters/installed-settings.ts';
import { expectOurs } from '../workspaces/ownership.ts';
import { budgetsIn, costsOf } from './cost-record.ts';
import { listEverything } from './list-everything.ts';
import { writeExport, writeManifest } from './write-export.ts';

const s3 = once(() => new S3Client({}));

/**
 * Every object of the tenant's namespace. The platform gives itself the right to read it, in this namespace, which goes with
 * the namespace; one that is gone or going has nothing left to export. Throws `ResourceNotOwned` for somebody else's.
 */
export async function exportNamespace(
  kubernetes: Kubernetes,
  placed: Placed,
  wait?: Wait,
): Promise<KubernetesObject[]> {
  const namespace = namespaceName(placed);
  const found = await kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return [];
  expectOurs(found, placed.tenantId);
  await takeRights(kubernetes, exportClusterRole, namespace, wait);
  return [found, ...(await listEverything(kubernetes, namespace))];
}

/**
 * Every object inside a virtual cluster, with what belongs to the whole of it and a tenant can make. Its control plane is started for
 * that, without the tenant's access and workloads; the release needs it too. Throws `StillCreating` until it answers.
 */
async function exportInside(
  host: Kubernetes,
  { tenantId, suspensionId }: Pick<Tenant, 'tenantId' | 'suspensionId'>,
  generation: number,
): Promise<KubernetesObject[]> {
  if (suspensionId !== undefined) await resumeNamespace(host, { tenantId, generation, suspensionId });
  const administrator = await inside(host, { tenantId, generation });
  if (administrator === undefined) return [];
  const { customApiGroups } = installedVclusterSettings();
  return [...(await listClusterWide(administrator, customApiGroups)), ...(await listEverything(administrator))];
}

/** Step of deprovision-tenant: everything that the release removes is in the bucket of exports, and was read back. */
export const handler = step({
  name: 'export-workspace',
  input: stepInput,
  output: exportFacts,
  async run(operation) {
    const { tenantId, operationId } = operation;
    const { graceToken: _, ...tenant } = await expectCurrent(table(), operation);
    const ledger = await readLedger(table(), tenantId);
    const clusters: Record<string, readonly KubernetesObject[]> = {};
    for (const { clusterName, accountId, generation, virtual } of workplaces(ledger)) {
      const kubernetes = await unlessGone(() => platformClient(clusterName, accountId));
      if (kubernetes === undefined) continue;
      const where = generation === tenant.generation ? clusterName : `${clusterName}, placement ${generation}`;
      if (virtual) clusters[`${where}, virtual cluster`] = await exportInside(kubernetes, tenant, generation);
      clusters[where] = await exportNamespace(kubernetes, { tenantId, generation });
    }
    const exportedAt = new Date().toISOString();
    const facts = await writeExport(
      s3(),
      { bucket: environment('EXPORT_BUCKET'), key: exportKey(tenantId, operationId) },
      { format: 'tenantry.export.v1', exportedAt, tenant, ledger, clusters, costs: await costsOf(budgetsIn, ledger) },
    );
    await writeManifest(s3(), facts, { exportedAt, tenant });
    return facts;
  },
});
