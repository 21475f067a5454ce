import { accessRules } from './admission/access.ts';
import { networkRules } from './admission/network.ts';
import { podRules } from './admission/pods.ts';
import { type AdmissionRule, policyObjects } from './admission/policy.ts';
import { protectionRules } from './admission/protection.ts';
import { storageRules } from './admission/storage.ts';
import { virtualClusterRules } from './admission/virtual-clusters.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** Every rule of the pack, by family. */
export const admissionRules: readonly AdmissionRule[] = [
  ...podRules,
  ...storageRules,
  ...networkRules,
  ...accessRules,
  ...protectionRules,
  ...virtualClusterRules,
];

/**
 * The admission pack of a cluster: ValidatingAdmissionPolicies, which the API server itself evaluates. No webhooks: one
 * that is down either stops the cluster or lets everything through.
 */
export function admissionPolicies(): KubernetesObject[] {
  return admissionRules.flatMap(policyObjects);
}
