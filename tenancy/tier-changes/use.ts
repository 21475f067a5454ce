import { hostNumbers } from '../vcluster/numbers.ts';
import type { VclusterSettings } from '../vcluster/settings.ts';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import type { WorkspaceNumbers } from '../workspace/numbers.ts';
import { computeQuotaName, objectQuotaName } from '../workspace/quota.ts';
import { above, total, without } from './amounts.ts';

/** What a tenant uses: resource as quotas name it (`requests.cpu`, `count/jobs.batch`) -> quantity. */
export type Use = Readonly<Record<string, string>>;

/**
 * What is in use in a namespace, by the status of the platform's quotas there; undefined while one of them does not count.
 * https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/resource-quota-v1/#ResourceQuotaStatus
 */
export function useByQuotas(quotas: readonly KubernetesObject[]): Use | undefined {
  const use: Record<string, string> = {};
  for (const name of [computeQuotaName, objectQuotaName]) {
    const { used } = (quotas.find(({ metadata }) => metadata.name === name)?.status ?? {}) as { used?: Use };
    if (used === undefined) return undefined;
    Object.assign(use, used);
  }
  return use;
}

/**
 * What the tenant itself uses of the host namespace of its virtual cluster: all but the part that the quota of a tier with these
 * numbers adds for the control plane and its DNS.
 */
export function withoutControlPlane(use: Use, numbers: WorkspaceNumbers, settings: VclusterSettings): Use {
  const host = quotaOf(hostNumbers({ numbers, settings }));
  const tier = quotaOf({ ...numbers, objects: { ...numbers.objects, ...hostLoadBalancers(numbers) } });
  return Object.fromEntries(
    Object.entries(use).map(([resource, used]) => {
      const own = host[resource] === undefined ? '0' : without(host[resource], tier[resource] ?? '0');
      return [resource, own === '0' ? used : without(used, own)];
    }),
  );
}

/** Where the tier has no load balancers, the host namespace has none for the tenant either. */
function hostLoadBalancers({ objects, loadBalancers }: WorkspaceNumbers) {
  return { 'services.loadbalancers': loadBalancers ? objects['services.loadbalancers'] : 0 };
}

/** The limits of a tier as its quota has them. */
export function quotaOf({ compute, objects }: Pick<WorkspaceNumbers, 'compute' | 'objects'>): Use {
  return { ...compute, ...Object.fromEntries(Object.entries(objects).map(([key, count]) => [key, String(count)])) };
}

/** What of the use is more than the limits, and by how much; resources without a limit are not judged. */
export function beyond(use: Use, limits: Use): string[] {
  return Object.entries(limits).flatMap(([resource, allowed]) => {
    const used = use[resource];
    const excess = used === undefined ? undefined : above(used, allowed);
    if (used === undefined || excess === undefined) return [];
    return [`${resource}: ${used} in use, ${allowed} allowed: shrink it by ${excess}`];
  });
}

/** Two uses together. */
export function together(one: Use, other: Use): Use {
  const resources = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...resources].map((each) => [each, total(one[each] ?? '0', other[each] ?? '0')]));
}
