import type { KubernetesObject } from './kubernetes-object.ts';

/** The class that tiers name by default. */
export const storageClassName = 'gp3';

/**
 * Encrypted gp3 volumes of EKS Auto Mode, made in the zone of the pod that needs them, gone with their claim. Not the cluster's
 * default: a claim that names no class is refused to tenants, and should not be filled in for others.
 * https://docs.aws.amazon.com/eks/latest/userguide/create-storage-class.html
 */
export function storageClasses(): KubernetesObject[] {
  return [
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: storageClassName },
      provisioner: 'ebs.csi.eks.amazonaws.com',
      parameters: { type: 'gp3', encrypted: 'true' },
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    },
  ];
}
