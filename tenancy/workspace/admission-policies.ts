import { accessRules } from './admission/access.ts';
import { networkRules } from './admission/network.ts';
import { podRules } from './admission/pods.ts';
import { type AdmissionRule, policyObjects } from './admission/policy.ts';
import { protectionRules } from './admission/protection.ts';
import { storageRules } from './admission/storage.ts';
import { tierNodeRules } from './admission/tier-nodes.ts';
import { virtualClusterRules } from './admission/virtual-clusters.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** Every rule of the pack, by family. `pooledTiers` are the tiers that have nodes of their own. */
export function admissionRulesFor(pooledTiers: readonly string[]): AdmissionRule[] {
  return [
    ...podRules,
    ...tierNodeRules(pooledTiers),
    ...storageRules,
    ...networkRules,
    ...accessRules,
    ...protectionRules,
    ...virtualClusterRules,
  ];
}

/**
 * The admission pack of a cluster: ValidatingAdmissionPolicies, which the API server itself evaluates. No webhooks: one
 * that is down either stops the cluster or lets everything through.
 */
export function admissionPolicies(pooledTiers: readonly string[]): KubernetesObject[] {
  return admissionRulesFor(pooledTiers).flatMap(policyObjects);
}
