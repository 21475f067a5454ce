import { serviceAccounts, workloadServiceAccount } from '../workspace/accounts.ts';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { limitRange } from '../workspace/limits.ts';
import { namespaceObject } from '../workspace/namespace-objects.ts';
import { computeQuotaName, resourceQuotas } from '../workspace/quota.ts';
import { keeperBinding } from './cluster-roles.ts';
import { type VclusterFacts, vclusterLabels, vclusterPlace } from './facts.ts';
import { vclusterNetworkPolicies } from './network.ts';
import { hostNumbers } from './numbers.ts';

/**
 * The host namespace of a virtual cluster with everything that fences it, the namespace first: what a namespace of this tier
 * has, sized for the control plane too, but no rights for the tenant, who has nothing to do there.
 * @throws RangeError if the tenant id makes no namespace name.
 */
export function hostNamespaceObjects(facts: VclusterFacts): KubernetesObject[] {
  const numbers = hostNumbers(facts);
  const { namespace } = vclusterPlace(facts.workspace);
  const labels = vclusterLabels(facts.workspace);
  const contents = [
    ...resourceQuotas(numbers).map((quota) => ownClaimOnly(quota, facts)),
    limitRange(numbers),
    ...vclusterNetworkPolicies({ ...facts, numbers }),
    ...serviceAccounts().filter(({ metadata }) => metadata.name !== workloadServiceAccount),
    keeperBinding(),
  ];
  const whole = namespaceObject(facts.workspace, numbers);
  return [
    { ...whole, metadata: { ...whole.metadata, labels: { ...whole.metadata.labels, ...labels } } },
    ...contents.map((object) => ({ ...object, metadata: { ...object.metadata, namespace, labels } })),
  ];
}

/** A storage class that the tier does not have is there for the control plane's own claim, and for nothing more. */
function ownClaimOnly(quota: KubernetesObject, { numbers, settings }: VclusterFacts): KubernetesObject {
  const { class: storageClass, size } = settings.storage;
  if (quota.metadata.name !== computeQuotaName || numbers.storageClasses.includes(storageClass)) return quota;
  const spec = quota.spec as { hard: Record<string, string> };
  const hard = { ...spec.hard, [`${storageClass}.storageclass.storage.k8s.io/requests.storage`]: size };
  return { ...quota, spec: { ...spec, hard } };
}
