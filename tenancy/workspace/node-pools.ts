import { z } from 'zod';
import type { KubernetesObject } from './kubernetes-object.ts';
import { tierLabel } from './names.ts';

/** https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#operators */
const requirement = z
  .strictObject({
    /** A label of nodes, such as `kubernetes.io/arch` or `eks.amazonaws.com/instance-category`. */
    key: z.string().regex(/^([a-z0-9.-]+\/)?[A-Za-z0-9._-]{1,63}$/, 'not a label key'),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
    values: z.array(z.string()).optional(),
  })
  .refine(({ key }) => key !== tierLabel, `${tierLabel} is set by the pool itself`);

/**
 * The nodes of a tier of its own. Pods of its tenants run there and nowhere else, and nobody else's pods do: see
 * {@link nodePlacement}.
 */
export const nodePoolSettings = z.strictObject({
  /** Which instances. Default: Linux on amd64, on demand, of the categories c, m and r. */
  requirements: z
    .array(requirement)
    .min(1)
    .default([
      { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
      { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
      { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
      { key: 'eks.amazonaws.com/instance-category', operator: 'In', values: ['c', 'm', 'r'] },
    ]),
  /** The most that all nodes of the pool have together: what a tier can cost at most. */
  limits: z.strictObject({
    cpu: z.string().regex(/^\d+$/, 'not a number of CPUs such as 100'),
    memory: z.string().regex(/^\d+(Gi|Ti)$/, 'not an amount of memory such as 400Gi'),
  }),
  /** Hours after which a node is replaced. Auto Mode replaces it after 21 days in any case. */
  expireAfterHours: z
    .number()
    .int()
    .min(1)
    .max(21 * 24)
    .default(14 * 24),
});

export type NodePoolSettings = z.infer<typeof nodePoolSettings>;

/** A tier that has nodes of its own. */
export interface TierPool {
  readonly tier: string;
  readonly settings: NodePoolSettings;
}

export const nodePoolType = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool' } as const;
export const nodeClassType = { apiVersion: 'eks.amazonaws.com/v1', kind: 'NodeClass' } as const;

/** The class that Auto Mode makes for its built-in pools, and the one that is made after it for tenants. */
export const builtInNodeClass = 'default';
export const tenantNodeClass = 'tenantry-tenants';

/** Of a pod. https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
export interface NodePlacement {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly {
    readonly key: string;
    readonly operator: 'Equal';
    readonly value: string;
    readonly effect: 'NoSchedule';
  }[];
}

/** What a pod of the tier has to say to come to its nodes. */
export function nodePlacement(tier: string): NodePlacement {
  return {
    nodeSelector: { [tierLabel]: tier },
    tolerations: [{ key: tierLabel, operator: 'Equal', value: tier, effect: 'NoSchedule' }],
  };
}

/**
 * The nodes of tenants: one class, and one pool per tier. `builtIn` is the `spec` of the class that Auto Mode made: nodes of
 * tenants have its role, subnets and security groups, and take no packet before the network policies of their pod are in
 * effect. The built-in class starts pods open, and should not be edited.
 * https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html
 * https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html
 */
export function nodePoolObjects(
  pools: readonly TierPool[],
  builtIn: Readonly<Record<string, unknown>>,
): KubernetesObject[] {
  if (pools.length === 0) return [];
  const spec = { ...builtIn, networkPolicy: 'DefaultDeny', networkPolicyEventLogs: 'Enabled' };
  return [{ ...nodeClassType, metadata: { name: tenantNodeClass }, spec }, ...pools.map(nodePool)];
}

/** Name of a tier's NodePool. */
export function nodePoolName(tier: string): string {
  return `tenantry-${tier}`;
}

function nodePool({ tier, settings }: TierPool): KubernetesObject {
  const nodeClassRef = { group: 'eks.amazonaws.com', kind: nodeClassType.kind, name: tenantNodeClass };
  return {
    ...nodePoolType,
    metadata: { name: nodePoolName(tier) },
    spec: {
      template: {
        metadata: { labels: { [tierLabel]: tier } },
        spec: {
          nodeClassRef,
          requirements: settings.requirements,
          taints: [{ key: tierLabel, value: tier, effect: 'NoSchedule' }],
          expireAfter: `${settings.expireAfterHours}h`,
        },
      },
      limits: settings.limits,
      disruption: { consolidationPolicy: 'WhenEmptyOrUnderutilized', consolidateAfter: '1m' },
    },
  };
}
