import { z } from 'zod';

const cidr = z.string().regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/, 'not a range such as 203.0.113.0/24');
const quantity = z.string().regex(/^\d+(\.\d+)?(m|Mi|Gi)?$/, 'not a Kubernetes quantity such as 500m or 2Gi');

/** What an installation decides about its virtual clusters; every number has a default that was measured or is the chart's. */
export const vclusterSettings = z
  .strictObject({
    /** Registry of the images `loft-sh/vcluster-oss` and `loft-sh/kubernetes`. */
    registry: z.string().min(1).default('ghcr.io'),
    /** Kubernetes of the virtual clusters; the tag of the image with its binaries. */
    kubernetesVersion: z
      .string()
      .regex(/^v1\.\d+\.\d+$/)
      .default('v1.34.0'),
    coreDnsImage: z.string().min(1).default('registry.k8s.io/coredns/coredns:v1.12.1'),
    /** Whether the load balancer of the virtual API is reachable from outside the VPC. */
    scheme: z.enum(['internal', 'internet-facing']).default('internet-facing'),
    /** From where the virtual API may be called; the load balancer refuses everybody else. */
    apiClients: z.array(cidr).min(1).default(['0.0.0.0/0']),
    /** Where the load balancer's own addresses come from: with IP targets the control plane sees those. */
    networkRanges: z.array(cidr).min(1).default(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']),
    storage: z.strictObject({ class: z.string().min(1).default('gp3'), size: quantity.default('5Gi') }).prefault({}),
    /** Of the control plane's container; the claims of the tier come on top. */
    requests: z.strictObject({ cpu: quantity.default('200m'), memory: quantity.default('512Mi') }).prefault({}),
    /**
     * API groups of which tenants may define custom resources, such as `cert-manager.io`. RBAC knows no "every group but",
     * and whoever may use every group may unbind the admission policies.
     */
    customApiGroups: z
      .array(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'not an API group such as example.com'))
      .default([]),
    limits: z.strictObject({ cpu: quantity.default('1'), memory: quantity.default('2Gi') }).prefault({}),
  })
  .prefault({});

export type VclusterSettings = z.infer<typeof vclusterSettings>;

/** The settings of an installation that says nothing about virtual clusters. */
export const defaultVclusterSettings: VclusterSettings = vclusterSettings.parse({});

/** Images of one virtual cluster. All of them are the platform's choice, and the only ones beside the tier's registries. */
export function vclusterImages({ registry, kubernetesVersion, coreDnsImage }: VclusterSettings, version: string) {
  return {
    controlPlane: { registry, repository: 'loft-sh/vcluster-oss', tag: version },
    kubernetes: { registry, repository: 'loft-sh/kubernetes', tag: kubernetesVersion },
    coreDns: coreDnsImage,
  };
}

/** An image as vcluster's configuration names it. */
export interface Image {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/** An image as a pod names it. */
export function imageName({ registry, repository, tag }: Image): string {
  return `${registry}/${repository}:${tag}`;
}
