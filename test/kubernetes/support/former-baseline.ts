import type { Kubernetes } from '../../../functions/kubernetes/client.ts';
import { observeCluster } from '../../../functions/workspaces/baseline-facts.ts';
import { probePolicy } from '../../../tenancy/workspace/admission/protection.ts';
import { baselineReleaseLabel } from '../../../tenancy/workspace/baseline-releases.ts';
import { clusterBaseline } from '../../../tenancy/workspace/cluster-baseline.ts';
import type { KubernetesObject } from '../../../tenancy/workspace/kubernetes-object.ts';
import { baselineVersionLabel, managedBy, managedByLabel } from '../../../tenancy/workspace/names.ts';
import type { TierPool } from '../../../tenancy/workspace/node-pools.ts';

const renamed = 'tenantry-services';
const labels = { [managedByLabel]: managedBy, [baselineVersionLabel]: 'former', [baselineReleaseLabel]: '0' };

/** What the former baseline had and today's has not. */
export const pruned: readonly string[] = [
  'ClusterNetworkPolicy tenantry-former',
  'ClusterRole tenantry-former',
  'NodePool tenantry-former',
  'PriorityClass tenantry-former',
  'ValidatingAdmissionPolicy tenantry-services-of-before',
  'ValidatingAdmissionPolicyBinding tenantry-services-of-before',
];

/**
 * The baseline as an earlier release could have left it: one fence under another name, policies of the same name in other words,
 * classes with other values in fields that cannot be changed, and objects of each kind that nobody wants any more.
 */
export async function formerBaseline(kubernetes: Kubernetes, pools: readonly TierPool[]): Promise<KubernetesObject[]> {
  const { facts } = await observeCluster(kubernetes, pools);
  const today = clusterBaseline(facts);
  const extra = ['ClusterNetworkPolicy', 'ClusterRole', 'NodePool', 'PriorityClass'].flatMap((kind) => {
    const example = today.find((object) => object.kind === kind);
    return example === undefined ? [] : [{ ...example, metadata: { name: 'tenantry-former' } }];
  });
  return [...today.map(asItWas), ...extra].map((object) => ({ ...object, metadata: { ...object.metadata, labels } }));
}

function asItWas(object: KubernetesObject): KubernetesObject {
  const { kind, metadata } = object;
  if (kind === 'PriorityClass') return { ...object, value: Number(object.value) + 1 };
  if (kind === 'StorageClass') return { ...object, parameters: { type: 'gp3' } };
  if (metadata.name === renamed) return underItsOldName(object);
  if (kind !== 'ValidatingAdmissionPolicy') return object;
  const spec = object.spec as { validations: { message: string; messageExpression?: string }[] };
  const validations = spec.validations.map(({ messageExpression: _later, ...validation }) => ({
    ...validation,
    message: metadata.name === probePolicy ? 'Baseline former.' : `${validation.message} As it was.`,
  }));
  return { ...object, spec: { ...spec, validations } };
}

function underItsOldName(object: KubernetesObject): KubernetesObject {
  const name = `${renamed}-of-before`;
  const spec = object.spec as Record<string, unknown>;
  return {
    ...object,
    metadata: { ...object.metadata, name },
    spec: 'policyName' in spec ? { ...spec, policyName: name } : spec,
  };
}
