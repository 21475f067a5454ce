import { z } from 'zod';
import { nodePoolSettings } from './node-pools.ts';
import { tenantPriorityClasses } from './priority-classes.ts';

/** A Kubernetes quantity: `500m`, `4`, `8Gi`. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const quantity = z
  .string()
  .regex(/^\d+(\.\d+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/, 'not a Kubernetes quantity such as 500m or 8Gi');
const count = z.number().int().nonnegative();
const dnsLabel = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'not a DNS label');
const dnsName = z
  .string()
  .max(180)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, 'not a DNS name');

/**
 * Where images may come from: a registry, optionally with a path, ending in `/`. The slash matters: the policies compare
 * by prefix, and `registry.example.com` would also admit `registry.example.com.evil.org`.
 */
const imageRegistry = z
  .string()
  .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._/-]+)?\/$/, 'not an image registry that ends in "/", such as public.ecr.aws/');

const containerResources = z.strictObject({ cpu: quantity, memory: quantity });
const containerDefaults = containerResources.extend({ 'ephemeral-storage': quantity });

/** Sums over all pods and claims of the namespace. https://kubernetes.io/docs/concepts/policy/resource-quotas/#compute-resource-quota */
const computeQuota = z.strictObject({
  'requests.cpu': quantity,
  'requests.memory': quantity,
  'requests.ephemeral-storage': quantity,
  'requests.storage': quantity,
  'limits.cpu': quantity,
  'limits.memory': quantity,
  'limits.ephemeral-storage': quantity,
});

/** How many objects of each kind may exist: every kind that a tenant can create is counted, so that etcd cannot be filled. */
const objectQuota = z.strictObject({
  pods: count,
  services: count,
  'services.loadbalancers': count,
  secrets: count,
  configmaps: count,
  persistentvolumeclaims: count,
  replicationcontrollers: count,
  'count/serviceaccounts': count,
  'count/deployments.apps': count,
  'count/replicasets.apps': count,
  'count/statefulsets.apps': count,
  'count/jobs.batch': count,
  'count/cronjobs.batch': count,
  'count/horizontalpodautoscalers.autoscaling': count,
  'count/poddisruptionbudgets.policy': count,
  'count/ingresses.networking.k8s.io': count,
  'count/networkpolicies.networking.k8s.io': count,
  'count/roles.rbac.authorization.k8s.io': count,
  'count/rolebindings.rbac.authorization.k8s.io': count,
  'count/leases.coordination.k8s.io': count,
});

/** What each container, pod and claim may ask for, and gets when it asks for nothing. https://kubernetes.io/docs/concepts/policy/limit-range/ */
const limitRange = z.strictObject({
  container: z.strictObject({
    default: containerDefaults,
    defaultRequest: containerDefaults,
    max: containerResources,
    min: containerResources,
  }),
  pod: z.strictObject({ max: containerResources }),
  persistentVolumeClaim: z.strictObject({ min: quantity, max: quantity }),
});

/** Everything that a tier says about a namespace. Unknown keys fail, by name. */
export const workspaceNumbers = z.strictObject({
  compute: computeQuota,
  objects: objectQuota,
  limits: limitRange,
  /** StorageClass names; every other class, also the default one, is refused. */
  storageClasses: z.array(dnsName),
  imageRegistries: z.array(imageRegistry).min(1),
  /** PriorityClass names that pods may ask for; none named means pods may only leave it out. */
  priorityClasses: z.array(z.enum(tenantPriorityClasses)),
  /** RuntimeClass names that pods may ask for. */
  runtimeClasses: z.array(dnsName),
  /** Whether Services of type LoadBalancer may exist (without node ports). */
  loadBalancers: z.boolean(),
  ingress: z.strictObject({
    /** IngressClass names; none means no Ingress at all. */
    classes: z.array(dnsName),
    /** Hosts are `<tenant id>.<domain>` and names below it. */
    domain: dnsName,
  }),
  /** Namespaces of the platform whose pods may open connections to the tenant's (gateway, monitoring). */
  platformNamespaces: z.array(dnsLabel),
  /** Whether pods may reach public addresses. Private and link-local ones are closed either way. */
  internetEgress: z.boolean(),
  /**
   * Pods without an owner are not covered by the network policies of the VPC CNI (aws/aws-network-policy-agent issue 327).
   * `warned` admits them with a warning, `refused` does not.
   */
  standalonePods: z.enum(['warned', 'refused']),
  /**
   * Nodes of the tier's own. Karpenter makes them where the cluster serves its kinds, as Auto Mode does; elsewhere they are node
   * groups with the label and taint `tenantry.dev/tier`. Left out: the tier's pods run on the cluster's general nodes.
   */
  nodePool: nodePoolSettings.optional(),
});

export type WorkspaceNumbers = z.infer<typeof workspaceNumbers>;

/** Numbers of a small shared tenant: the default of the `basic` tier, and the example that tests use. */
export const basicNumbers: WorkspaceNumbers = {
  compute: {
    'requests.cpu': '2',
    'requests.memory': '4Gi',
    'requests.ephemeral-storage': '10Gi',
    'requests.storage': '20Gi',
    'limits.cpu': '4',
    'limits.memory': '8Gi',
    'limits.ephemeral-storage': '20Gi',
  },
  objects: {
    pods: 20,
    services: 10,
    'services.loadbalancers': 0,
    secrets: 50,
    configmaps: 50,
    persistentvolumeclaims: 5,
    replicationcontrollers: 0,
    'count/serviceaccounts': 20,
    'count/deployments.apps': 20,
    'count/replicasets.apps': 100,
    'count/statefulsets.apps': 5,
    'count/jobs.batch': 20,
    'count/cronjobs.batch': 10,
    'count/horizontalpodautoscalers.autoscaling': 10,
    'count/poddisruptionbudgets.policy': 10,
    'count/ingresses.networking.k8s.io': 10,
    'count/networkpolicies.networking.k8s.io': 30,
    'count/roles.rbac.authorization.k8s.io': 20,
    'count/rolebindings.rbac.authorization.k8s.io': 20,
    'count/leases.coordination.k8s.io': 20,
  },
  limits: {
    container: {
      default: { cpu: '250m', memory: '256Mi', 'ephemeral-storage': '1Gi' },
      defaultRequest: { cpu: '50m', memory: '128Mi', 'ephemeral-storage': '256Mi' },
      max: { cpu: '2', memory: '4Gi' },
      min: { cpu: '10m', memory: '16Mi' },
    },
    pod: { max: { cpu: '2', memory: '4Gi' } },
    persistentVolumeClaim: { min: '1Gi', max: '10Gi' },
  },
  storageClasses: ['gp3'],
  imageRegistries: ['public.ecr.aws/', 'registry.k8s.io/'],
  priorityClasses: ['tenantry-low'],
  runtimeClasses: [],
  loadBalancers: false,
  ingress: { classes: ['alb'], domain: 'tenants.example.com' },
  platformNamespaces: ['ingress-system', 'monitoring'],
  internetEgress: true,
  standalonePods: 'warned',
};
