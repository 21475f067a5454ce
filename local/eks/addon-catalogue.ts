/** A small part of EKS's add-ons: those that a cluster needs to run workloads, one version each, for the newest Kubernetes version. */
export interface CatalogueAddon {
  readonly addonName: string;
  readonly type: string;
  readonly addonVersion: string;
  readonly requiresIamPermissions: boolean;
  readonly defaultNamespace: string;
}

const addon = (
  addonName: string,
  type: string,
  addonVersion: string,
  requiresIamPermissions = false,
): CatalogueAddon => ({
  addonName,
  type,
  addonVersion,
  requiresIamPermissions,
  defaultNamespace: 'kube-system',
});

/** https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html */
export const ADDONS: readonly CatalogueAddon[] = [
  addon('aws-ebs-csi-driver', 'storage', 'v1.52.1-eksbuild.1', true),
  addon('coredns', 'networking', 'v1.12.4-eksbuild.1'),
  addon('eks-pod-identity-agent', 'security', 'v1.3.10-eksbuild.2'),
  addon('kube-proxy', 'networking', 'v1.35.0-eksbuild.2'),
  addon('metrics-server', 'observability', 'v0.8.0-eksbuild.6'),
  addon('vpc-cni', 'networking', 'v1.20.4-eksbuild.2', true),
];
