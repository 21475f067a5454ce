import {
  type EKSClient,
  paginateListAccessEntries,
  paginateListClusters,
  paginateListPodIdentityAssociations,
} from '@aws-sdk/client-eks';
import type { KubeConfig } from '@kubernetes/client-node';
import { asAdministrator, inventoryOf } from './account-inventory.ts';
import { ACCOUNT, type Clients } from './clients.ts';
import { budgetNames } from './inventory.ts';
import { request } from './kubernetes.ts';

/** Kinds outside of namespaces that a placement in a shared cluster could leave behind. */
const CLUSTER_SCOPED = [
  'api/v1/namespaces',
  'api/v1/persistentvolumes',
  'api/v1/nodes',
  'apis/rbac.authorization.k8s.io/v1/clusterroles',
  'apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  'apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  'apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  'apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  'apis/scheduling.k8s.io/v1/priorityclasses',
  'apis/storage.k8s.io/v1/storageclasses',
  'apis/networking.k8s.io/v1/ingressclasses',
];

/**
 * Everything that placements are made of, as `kind name`, sorted: the platform's account, its clusters and who has access to
 * them, the objects of the shared cluster that are in no namespace, the clusters of all accounts. Asked of the services, never
 * of the product's registry.
 */
export async function world(clients: Clients, operator: KubeConfig): Promise<string[]> {
  const [account, budgets, access, objects, clusters] = await Promise.all([
    inventoryOf(asAdministrator(clients.endpoint, ACCOUNT)),
    budgetNames(clients),
    clusterAccess(clients.eks),
    Promise.all(CLUSTER_SCOPED.map((path) => names(operator, path))),
    controlPlanes(clients.endpoint),
  ]);
  return [...account, ...budgets.map((name) => `budget ${name}`), ...access, ...objects.flat(), ...clusters].sort();
}

/** What of it names the tenant, without its id and the numbers of its placement and account: the same whenever it has the same. */
export function belongingsIn(everything: readonly string[], tenantId: string): string[] {
  const own = everything.filter((line) => new RegExp(`\\b${tenantId}(--\\d+)?\\b`).test(line));
  return own
    .map((line) =>
      line.replaceAll(new RegExp(`${tenantId}(--\\d+)?`, 'g'), 'it').replace(/\b(?!1{12})\d{12}\b/, 'its own account'),
    )
    .sort();
}

async function clusterAccess(client: EKSClient): Promise<string[]> {
  const found: string[] = [];
  for await (const { clusters = [] } of paginateListClusters({ client }, {})) {
    for (const clusterName of clusters) {
      for await (const { accessEntries = [] } of paginateListAccessEntries({ client }, { clusterName }))
        found.push(...accessEntries.map((arn) => `access entry ${clusterName} ${arn}`));
      for await (const page of paginateListPodIdentityAssociations({ client }, { clusterName }))
        for (const { namespace, serviceAccount } of page.associations ?? [])
          found.push(`pod identity ${clusterName} ${namespace}/${serviceAccount}`);
    }
  }
  return found;
}

async function names(operator: KubeConfig, path: string): Promise<string[]> {
  const { status, text } = await request(operator, 'GET', `/${path}`);
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  const { items } = JSON.parse(text) as { items: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => `${path.split('/').at(-1)} ${metadata.name}`);
}

/** Control planes that the local cloud keeps for whatever account, running or paused. */
async function controlPlanes(endpoint: string): Promise<string[]> {
  const answer = await fetch(`${endpoint}/_local/eks/control-planes`);
  const { clusters } = (await answer.json()) as { clusters: { accountId: string; name: string }[] };
  return clusters.map(({ accountId, name }) => `control plane ${accountId} ${name}`);
}
