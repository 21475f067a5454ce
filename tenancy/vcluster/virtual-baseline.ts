import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { type VclusterFacts, vclusterLabels } from './facts.ts';
import { tenantAccess, virtualSystemNamespace } from './virtual-access.ts';
import { virtualPolicies, virtualProbe } from './virtual-policies.ts';

/** What the platform writes inside a virtual cluster, in the order in which it has to be there. */
export interface VirtualBaseline {
  /** The platform's own namespace, and the policies. */
  readonly fences: readonly KubernetesObject[];
  /** After the fences: once this policy refuses, with the text `says`, they are enforced. */
  readonly probe: { readonly objects: readonly KubernetesObject[]; readonly says: string };
  /** Last: the tenant is never there before the fences. */
  readonly access: readonly KubernetesObject[];
}

/** The baseline of one virtual cluster. */
export function virtualBaseline({ workspace, settings }: VclusterFacts): VirtualBaseline {
  const namespace: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: virtualSystemNamespace },
  };
  const { customApiGroups } = settings;
  const labels = vclusterLabels(workspace);
  const ours = (objects: readonly KubernetesObject[]) =>
    objects.map((object) => ({ ...object, metadata: { ...object.metadata, labels } }));
  const { objects, says } = virtualProbe(customApiGroups);
  return {
    fences: ours([namespace, ...virtualPolicies(customApiGroups)]),
    probe: { objects: ours(objects), says },
    access: ours(tenantAccess(customApiGroups)),
  };
}
