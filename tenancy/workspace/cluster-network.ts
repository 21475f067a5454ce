import type { KubernetesObject } from './kubernetes-object.ts';
import { tenantLabel } from './names.ts';

/** Network policies of the whole cluster: EKS's own kind, and the one it is modelled on. The first that is served is used. */
export const clusterNetworkPolicyTypes = [
  { apiVersion: 'networking.k8s.aws/v1alpha1', kind: 'ClusterNetworkPolicy' },
  { apiVersion: 'policy.networking.k8s.io/v1alpha2', kind: 'ClusterNetworkPolicy' },
] as const;

export type ClusterNetworkPolicyType = (typeof clusterNetworkPolicyTypes)[number];

/** Addresses of the instance metadata service. */
const instanceMetadata = ['169.254.169.254/32', 'fd00:ec2::254/128'];
const everywhere = ['0.0.0.0/0', '::/0'];
const everyPod = [{ namespaces: {} }];

/**
 * What holds for tenants whatever the policies in their namespaces say. `Admin` comes before those: nobody reaches the node's
 * credentials. `Baseline` comes after them, where no policy selects a pod: a namespace whose policies are not written yet, or
 * are gone, is closed and not open.
 * https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html
 */
export function clusterNetworkPolicies(type: ClusterNetworkPolicyType): KubernetesObject[] {
  const subject = { namespaces: { matchExpressions: [{ key: tenantLabel, operator: 'Exists' }] } };
  const metadataRule = { name: 'instance-metadata', action: 'Deny', to: [{ networks: instanceMetadata }] };
  const toAll = { name: 'default-deny', action: 'Deny', to: [...everyPod, { networks: everywhere }] };
  const fromAll = { name: 'default-deny', action: 'Deny', from: everyPod };
  return [
    {
      ...type,
      metadata: { name: 'tenantry-tenants-metadata' },
      spec: { tier: 'Admin', priority: 100, subject, egress: [metadataRule] },
    },
    {
      ...type,
      metadata: { name: 'tenantry-tenants-default-deny' },
      spec: { tier: 'Baseline', priority: 100, subject, ingress: [fromAll], egress: [toAll] },
    },
  ];
}

/**
 * Until this stands there, a cluster in Auto Mode accepts network policies and enforces none of them.
 * https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html
 */
export function networkPolicyController(): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'amazon-vpc-cni', namespace: 'kube-system' },
    data: { 'enable-network-policy-controller': 'true' },
  };
}
